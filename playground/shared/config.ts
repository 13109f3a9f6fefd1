// What the server tells this page about itself: which host this is, and in development whom to be.

export type Config = {
  mode: 'development' | 'production';
  host: Host;
  /** Empty in production: a list of customers is nobody's business. */
  tenants: readonly TenantLink[];
  signIns: readonly DemoSignIn[];
  demoPassword: string | null;
};

export type Host = {
  kind: 'tenant' | 'platform';
  tenant: string | null;
  name: string | null;
};

export type TenantLink = { name: string; schema: string; url: string };

/** `tenant` is optional: without it the sign-in is offered everywhere. */
export type DemoSignIn = { label: string; email: string; tenant?: string | null };

const CONFIG_URL = '/playground/config.json';

export async function loadConfig(): Promise<Config> {
  const response = await fetch(CONFIG_URL, { credentials: 'omit' });
  if (!response.ok) throw new Error(`${CONFIG_URL}: HTTP ${response.status}`);
  return { ...assumedConfig(), ...((await response.json()) as Partial<Config>) };
}

/** Good enough to write and run operations when the server gives no configuration. */
export function assumedConfig(): Config {
  return {
    mode: 'production',
    host: { kind: 'tenant', tenant: null, name: null },
    tenants: [],
    signIns: [],
    demoPassword: null,
  };
}
