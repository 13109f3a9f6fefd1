//! Who is calling: keys, access tokens, refresh tokens, passwords. No database.

mod forged;
mod keys;
mod passwords;
mod refresh;
mod tokens;
mod vault;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use taruvi::auth::Realm;
use taruvi::auth::keys::KeyRing;
use taruvi::auth::tokens::{NewAccess, TokenSettings, Tokens};
use taruvi::error::AppError;
use uuid::Uuid;

const NOW: i64 = 1_800_000_000;
const TTL: i64 = 900;
const LEEWAY: i64 = 5;
const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

fn settings() -> TokenSettings {
    TokenSettings {
        issuer: "https://taruvi.test".into(),
        audience: "taruvi".into(),
        ttl: Duration::from_secs(TTL.unsigned_abs()),
        leeway: Duration::from_secs(LEEWAY.unsigned_abs()),
    }
}

fn tokens(ring: KeyRing) -> Tokens {
    Tokens::new(ring, settings()).unwrap()
}

fn secret_ring() -> KeyRing {
    KeyRing::from_secret(SECRET).unwrap()
}

fn ring(keys: &[&str]) -> KeyRing {
    let pems = keys.iter().map(|key| ("test".to_owned(), pem(key).into_bytes())).collect();
    KeyRing::from_pems(pems).unwrap()
}

fn tenant_user() -> NewAccess {
    NewAccess {
        realm: Realm::Tenant,
        tenant: Some(uuid(1)),
        subject: uuid(2),
        session: uuid(3),
        scope: "all".into(),
    }
}

fn operator() -> NewAccess {
    NewAccess { realm: Realm::Platform, tenant: None, ..tenant_user() }
}

const fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

/// Claims as we would write them.
fn claims() -> Value {
    json!({
        "iss": "https://taruvi.test", "aud": "taruvi", "sub": uuid(2), "tenant": uuid(1),
        "realm": "tenant", "sid": uuid(3), "jti": uuid(4), "iat": NOW, "nbf": NOW,
        "exp": NOW + TTL, "scope": "all", "token_use": "access",
    })
}

/// Signs whatever it is given: a forger who has, or does not have, one of our keys.
struct Signer {
    alg: &'static str,
    algorithm: Algorithm,
    kid: String,
    key: EncodingKey,
}

impl Signer {
    fn ed() -> Self {
        Self { alg: "EdDSA", algorithm: Algorithm::EdDSA, kid: ED_KID.into(), key: ed_key(ED) }
    }

    fn rsa() -> Self {
        let key = EncodingKey::from_rsa_pem(pem(RSA).as_bytes()).unwrap();
        let kid = ring(&[RSA]).jwks(NOW)["keys"][0]["kid"].as_str().unwrap().to_owned();
        Self { alg: "RS256", algorithm: Algorithm::RS256, kid, key }
    }

    fn secret() -> Self {
        let key = EncodingKey::from_secret(SECRET);
        Self { alg: "HS256", algorithm: Algorithm::HS256, kid: "9de05da172a2c15d".into(), key }
    }

    fn header(&self) -> Value {
        json!({ "alg": self.alg, "kid": self.kid, "typ": "JWT" })
    }

    fn token(&self, header: &Value, payload: &Value) -> String {
        self.raw(&header.to_string(), &payload.to_string())
    }

    fn raw(&self, header: &str, payload: &str) -> String {
        let message = format!("{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()));
        let signature = crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }

    fn jwk(&self) -> Value {
        let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        serde_json::to_value(jwk).unwrap()
    }
}

fn ed_key(body: &str) -> EncodingKey {
    EncodingKey::from_ed_pem(pem(body).as_bytes()).unwrap()
}

fn parts(token: &str) -> [Value; 2] {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    [(); 2].map(|()| serde_json::from_slice(&parts.next().unwrap()).unwrap())
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn encode_json(value: &Value) -> String {
    encode(value.to_string().as_bytes())
}

fn pem(body: &str) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
}

/// What the log would show of a failure to start.
fn message(result: Result<KeyRing, AppError>) -> String {
    match result.unwrap_err() {
        AppError::Internal(e) => format!("{e:#}"),
        other => panic!("{other}"),
    }
}

/// A directory that is gone after the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("taruvi-auth-{:016x}", rand::random::<u64>())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

// Keys made for these tests (`openssl genpkey`) and used nowhere else; the first is of RFC 8037.

const ED: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
const ED_KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
const ED_PUBLIC: &str = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const OTHER_ED: &str = "MC4CAQAwBQYDK2VwBCIEIDYd18oKM0Dakzux3eSHQ9JT6o/XJFXe46qBieL3HIKN";
const EC: &str = "\
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5yVWlXQnYnD1J3XF
p7dRE6qaVKGeb2WYsa1YEALbB0ihRANCAAS/jYU2IUxzNpE0ND9MtACsG4L5gF8Z
5vhx/oZcvxZdlMYSzQ4dOd+px14herIdkuNczxw9lTCH+84Ii4iuHXHY";
const RSA: &str = "\
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCgPbMt8NyRu++1
cd/D/jDlCCHRvQ1JWeEsVO6WzE19eZrd+i1v4gwT5gN3gwb2ye8imtPw8rgoNi2Z
3E3ZvhyGED3GDuh0RK/fnpvD83vo+9U9zsBoui46WetHX3zj+kPFivilB4IRLQfN
uK9SPMyIX9ANQbr3Iq6pNVOuL7NYwGKSazf/0ypmU3ozEGSEHO4gCYMF6ei0TwG/
9gnh3WJH1elkOeBATLbsxpUVG4p4v96ApLgYx0/AXuGMfYorvJsoEkaPvaX5W8eP
cRGP/siOBeGbjpkyXSo6n+eWthbcHeB+DfpcBpUJtE5HzqMP7pTWZEnfxs+weohv
DyhXolcjAgMBAAECggEABy4Mj8PpliwWFwq1rIoAtdpx7XxrknxQ/xQFJsObu0IO
IuEZVRiLUv7s69d2oes1aFcIpRSzFLYsv+ajpFyE2arzoaK8Xq1PNhVcxGBuDmfu
S5kufOLOvHWX+bg5F9v4WmsaLgbSmKNsZJbgYC5yObAVWeq2jmlC6zkE+VqQziqq
eV4FoHBUADGUi5CfdGMXXymrsw2cB6y1mtVF5zcG8fpsUyBf7wOQOrhQ9Hqg2Sfr
H9RBuITe5GmGWoe74mAUNN8aEcYXVQqPd1saLGUEJ0Qx8IBIbleu/0UJrk2n2JRb
eEyhjeHHC6drTYiK053IA0/3h+gkJe5Zhsa0JCfhEQKBgQDMJyo2x+5eSok7JNxO
3bl3CkJAVNbLlIBrMsChSbiv2qygwQGVLICQdMR/bkC1hud4Xne+TguKxMi+g3aC
cTiomJxd7UNFJApa9V3ewhiUJXJueBIbVkMOVA+PvJJGdqSbP2i3XtCNjUUb6dQR
1Y9aFJfGXyanW0n0gt+Sg6SCkQKBgQDI76KO4xKolNSZiMMOSFGdVZbjbfa62WOu
yJaBRFPCbFgz+M/ZGdtMUrw9P6vx3PyCk2MyTZ/K+TJAJetm6wiVJx/eW8MenA0T
VpfAQHqfQ8zAcu4ih3wy63yDrFd/eWBVRZxtAhBrAaV4HTf0B/ks+YH9WHcBI8J5
lWxP93iwcwKBgQCW03CKnFbs7qBIQ8lHsuOsoLWllYhDS2k8yXgrMK3zrdjPwwgK
T6CEGOB7TNcdxZcJBLHutPYuBYhRyAosAL3dQTJ06i9Cy4ei/5fkVP2XpbrPBoJK
FAbidRQyGxzuVgTydXxFzRTDH1Wpc60rp92KraAb/HwwNG+E55OJSRynIQKBgA6k
qAwRsEJo1jV6KfzYeFom6qAYW2qyfPk31QAGorQAgU0ITN1dbQXa4az0/urZV+2M
ICaCUarRDkBugwE1D6MO/tuNhGKurKVEIjr4d/czUbCUr5YEmaB8WM6fuKCpj8On
Fwc6p0elDxH5zyIRkq8cX8S+ta13layWnxYUys7RAoGBAK+KWPsuMvXpz3Bodr1y
j6/KjLh3k3ug6jsWnRO6Pf4q+YnT4Bd33eThGTWZuT58yAujMbne6l74RUVNzMYW
qVtILf+DyBWCveLjZemk21OKsOsjynfHm6VfpQm77UCcWWZPmpCyxIS8n+FAU0wi
kylDgjycLr7ZmHKsM0t+GrO2";
const RSA_PUBLIC: &str = "\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAoD2zLfDckbvvtXHfw/4w
5Qgh0b0NSVnhLFTulsxNfXma3fotb+IME+YDd4MG9snvIprT8PK4KDYtmdxN2b4c
hhA9xg7odESv356bw/N76PvVPc7AaLouOlnrR1984/pDxYr4pQeCES0HzbivUjzM
iF/QDUG69yKuqTVTri+zWMBikms3/9MqZlN6MxBkhBzuIAmDBenotE8Bv/YJ4d1i
R9XpZDngQEy27MaVFRuKeL/egKS4GMdPwF7hjH2KK7ybKBJGj72l+VvHj3ERj/7I
jgXhm46ZMl0qOp/nlrYW3B3gfg36XAaVCbROR86jD+6U1mRJ38bPsHqIbw8oV6JX
IwIDAQAB";
const RSA_1024: &str = "\
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAKVuIjFw+E93Ztb2
YL3RhMIr9mPXOyZWe6AJU4Y0dzx5TCdv/d4glv2m/+V2OieL+RfHu/phPUsEgg9Y
Qj9Y8WOgNt6pHUpS+uZWyWQLUBO2a8yyKHK1wf3uOTmagLoCOwOkhkn+3NvRm2Xf
5/MQL3lFqeteTGLHb3/+8bOnhsOXAgMBAAECgYBmI+nYvPeTmRVWBCkXChX+DUbD
vlA3C46o8Rkw85PrMrliYDNOwrB3THUTKDwfzrytghT+Mqu1dcMX1laQ5kmjStA/
5PZ/l5rsiNtBxwkHmI9H+mzsK39dzs0dp6NciPw0XJ1Ba6Vx1AjXLfxl3ZYzAY2r
PsYsfVidIRpsDO1dgQJBANuPxIgSE9j/vLjPmtmDHrH9dhaxHpMXKjWJ4a88j942
Bml8yPHRd7jG72fKAELs5iy33P7WZ6AT7+eYBTX62/MCQQDA4o4Z0Pqp/y922nCb
g1/m1F7YrT2CQK788XdewioQBdDWgns5ilgXpiGzNdA4e6mFQLqUmG2EQCpmKE0e
e1bNAkBkou4LDHYqdXW0I/wvDKmKHcn9tqtz8h83sP5PyuuKh6rCuR6FsGQ2voBH
S1B5XIpYHuJdsDqJJfpFZemlh1k/AkABNaqEeO4JgOMwUKBiKUnBrdVGcJexKGyw
g2cnPfp7jT3JCppxOu/gfhc6A31hzUy73DMPWYFeUfSyHVCWf1mFAkEAgiQiojGF
w260k1t7yCmVPj+M/Uwd7ZlaDgKfgXssXPQb7efDWFRkK2wK2tr1WqkI4GEfMLEL
AxzROV3hkGACkA==";
