// Starts the schema map.

import { createRoot } from 'react-dom/client';

import '../../shared/ui/fonts.css';
import { start } from '../../shared/start';
import { SchemaMap } from './SchemaMap';

const { config, keeper } = await start();
createRoot(document.getElementById('root')!).render(<SchemaMap config={config} keeper={keeper} />);
