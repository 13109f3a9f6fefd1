// The server under test, as `taruvi dev` starts it, and who may sign in there.

/** A platform host: no tenant in its name. */
export const PLATFORM_URL = process.env.TARUVI_URL ?? 'http://localhost:8000';
/** A tenant's own host; by default "acme" in front of the platform's. */
export const TENANT_URL = process.env.TARUVI_TENANT_URL ?? PLATFORM_URL.replace('://', '://acme.');

export const OWNER = { email: 'owner@acme.test', password: 'taruvi-demo-password' };
