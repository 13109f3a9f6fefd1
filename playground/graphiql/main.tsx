// Starts the playground page.

import { createRoot } from 'react-dom/client';

import '../shared/ui/fonts.css';
import { start } from '../shared/start';
import { Playground } from './Playground';
import './workers';

/** Monaco measures letters once: with the font missing, the cursor would sit beside the text. */
const EDITOR_FONT = '15px "Fira Code"';

const [{ config, keeper }] = await Promise.all([start(), document.fonts.load(EDITOR_FONT)]);
createRoot(document.getElementById('root')!).render(<Playground config={config} keeper={keeper} />);
