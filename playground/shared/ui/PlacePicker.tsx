// Which tenant the requests are for.

import type { Place } from '../places';
import { Menu, MenuItem } from './Menu';

type Props = {
  places: readonly Place[];
  chosen: Place;
  onPick: (place: Place) => void;
};

export function PlacePicker({ places: listed, chosen, onPick }: Props) {
  // One typed by hand is in no list.
  const known = listed.some((place) => place.key === chosen.key);
  const places = known ? listed : [chosen, ...listed];
  const name = (
    <>
      <span className="place-dot" aria-hidden="true" />
      <span className="place-name">{chosen.name}</span>
    </>
  );
  // A menu with one choice is a label.
  if (places.length === 1) return <span className="button quiet">{name}</span>;
  return (
    <Menu label={`Tenant: ${chosen.name}`} button={name} className="">
      <div className="menu-heading">Tenant</div>
      {places.map((place) => (
        <MenuItem
          key={place.key}
          checked={place.key === chosen.key}
          hint={place.url === null ? undefined : new URL(place.url).host}
          onSelect={() => onPick(place)}
        >
          {place.name}
        </MenuItem>
      ))}
    </Menu>
  );
}
