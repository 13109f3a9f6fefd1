// The places one can sign in to from this page: the platform, or a tenant.

import type { Config } from './config';

export type Place = {
  /** Names the session: its cookies (1 to 64 of `[A-Za-z0-9_]`), and what is stored of it. */
  key: string;
  name: string;
  /** What `tokenCreate` is told; null on a tenant's own host, which already says it. */
  tenant: string | null;
  /** Where to go instead of choosing the place here; null when it can be chosen here. */
  url: string | null;
};

/** Tenants' names are in lower case. */
export const PLATFORM_KEY = 'PLATFORM';
const PLATFORM: Place = { key: PLATFORM_KEY, name: 'Platform', tenant: null, url: null };
const CHOICE = 'taruvi.place';

export function inSentence(place: Place): string {
  return place.key === PLATFORM_KEY ? 'the platform' : place.name;
}

export function slugOf(schema: string): string {
  return schema.replace(/^t_/, '');
}

/** Every place the picker offers, in the order shown. */
export function placesOf(config: Config): Place[] {
  const onPlatform = config.host.kind === 'platform';
  const tenants = config.tenants.map((tenant): Place => {
    const key = slugOf(tenant.schema);
    const here = onPlatform || key === hostKey(config);
    return {
      key,
      name: tenant.name,
      tenant: onPlatform ? key : null,
      url: here ? null : new URL('/playground/', tenant.url).href,
    };
  });
  if (onPlatform) return [...tenants, PLATFORM];
  return tenants.some((place) => place.url === null) ? tenants : [hostPlace(config), ...tenants];
}

/** The place to start at: the one chosen last in this tab, else the first that is here. */
export function firstPlace(config: Config): Place {
  const chosen = sessionStorage.getItem(CHOICE);
  const here = placesOf(config).filter((place) => place.url === null);
  const found = here.find((place) => place.key === chosen);
  if (found !== undefined) return found;
  return chosen !== null && asksForTenant(config) ? typedPlace(chosen) : (here[0] ?? PLATFORM);
}

/** A platform host that lists no tenants can only be told one. */
export function asksForTenant({ host, tenants }: Config): boolean {
  return host.kind === 'platform' && tenants.length === 0;
}

export function rememberPlace(place: Place): void {
  sessionStorage.setItem(CHOICE, place.key);
}

/** A tenant typed by hand. */
export function typedPlace(name: string): Place {
  const tenant = slugOf(name.trim().toLowerCase());
  return tenant === '' ? PLATFORM : { key: keyOf(tenant), name: tenant, tenant, url: null };
}

function hostKey(config: Config): string {
  return keyOf(slugOf(config.host.tenant ?? location.hostname));
}

function keyOf(name: string): string {
  return name.replaceAll(/\W/g, '_').slice(0, 64);
}

function hostPlace(config: Config): Place {
  return {
    key: hostKey(config),
    name: config.host.name ?? config.host.tenant ?? location.hostname,
    tenant: null,
    url: null,
  };
}
