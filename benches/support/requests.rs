//! The two questions that both servers answer, as requests, and who asks them.

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use taruvi::auth::Realm;
use taruvi::auth::keys::KeyRing;
use taruvi::auth::tokens::{NewAccess, TokenSettings, Tokens};
use taruvi::base::ids::encode;

use super::seed::{self, Kind};

/// Signs the tokens of both servers.
pub const KEY: &str = "a key for the benches: 32 bytes or more, and secret to nobody";
pub const ISSUER: &str = "taruvi";
pub const AUDIENCE: &str = "taruvi-api";

/// Which of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Ours,
    Floor,
}

/// Which of the two questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Query {
    Point,
    Page,
}

const POINT: &str = "query Point($id: ID!) { task(id: $id) { id title status priority dueDate } }";
const PAGE: &str = "query Page { tasks(first: 20) { nodes { id title status priority dueDate \
                    project { id name } assignedTo { id displayName } } } }";

/// One request of a load: whose task, and which.
#[derive(Debug, Clone, Copy)]
pub struct Pick {
    pub tenant: u32,
    pub task: u32,
}

/// As many picks, of a random tenant each. The same seed gives the same picks.
pub fn random(count: usize, tenants: u32, seed: u64) -> Vec<Pick> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut pick = || Pick {
        tenant: random.random_range(1..=tenants),
        task: random.random_range(0..seed::TASKS),
    };
    (0..count).map(|_| pick()).collect()
}

/// Each tenant in turn, so many times in a row: a pool that lends its connections in turn shows
/// each of them each tenant.
pub fn in_turn(tenants: u32, times: u32) -> Vec<Pick> {
    let of = |tenant| (0..times).map(move |n| Pick { tenant, task: n % seed::TASKS });
    (1..=tenants).flat_map(of).collect()
}

/// The signed-in user of each tenant, and an operator.
pub struct Callers {
    tokens: Tokens,
    /// The token for each tenant; that at 0 is the operator's.
    issued: Vec<String>,
}

impl Callers {
    pub fn new(tenants: u32) -> Result<Self> {
        let tokens = Tokens::new(
            KeyRing::from_secret(KEY.as_bytes())?,
            TokenSettings {
                issuer: ISSUER.to_owned(),
                audience: AUDIENCE.to_owned(),
                ttl: Duration::from_secs(900),
                leeway: Duration::from_secs(5),
            },
        )?;
        let mut callers = Self { tokens, issued: vec![] };
        callers.issued = (0..=tenants).map(|n| callers.issue(n)).collect::<Result<_>>()?;
        Ok(callers)
    }

    fn issue(&self, tenant: u32) -> Result<String> {
        self.issue_for(tenant, 0)
    }

    /// A token for the session of the user with this number.
    pub fn issue_for(&self, tenant: u32, user: u32) -> Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().cast_signed();
        let is_operator = tenant == 0;
        let who = NewAccess {
            realm: if is_operator { Realm::Platform } else { Realm::Tenant },
            tenant: (!is_operator).then(|| seed::id(Kind::Tenant, tenant, 0)),
            subject: seed::id(Kind::User, tenant, user),
            session: seed::id(Kind::Session, tenant, user),
            scope: String::new(),
        };
        Ok(self.tokens.issue(&who, now)?.0)
    }

    /// Writes the request for one pick.
    pub fn write(&self, side: Side, query: Query, pick: Pick, out: &mut Vec<u8>) {
        let id = seed::id(Kind::Task, pick.tenant, pick.task);
        match (side, query) {
            (Side::Ours, query) => self.graphql(pick.tenant, &query.body(pick).to_string(), out),
            (Side::Floor, Query::Point) => self.get(pick.tenant, &format!("/task/{id}"), out),
            (Side::Floor, Query::Page) => self.get(pick.tenant, "/tasks", out),
        }
    }

    /// Writes an operation of a tenant's user; of the operator for tenant 0.
    pub fn graphql(&self, tenant: u32, body: &str, out: &mut Vec<u8>) {
        self.graphql_as(tenant, &self.issued[tenant as usize], body, out);
    }

    /// Writes an operation of whoever the token is of.
    pub fn graphql_as(&self, tenant: u32, token: &str, body: &str, out: &mut Vec<u8>) {
        let host = match tenant {
            0 => "localhost".to_owned(),
            n => format!("{}.localhost", seed::name(n).replace('_', "-")),
        };
        out.clear();
        let _ = write!(
            out,
            "POST /graphql HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
             accept: application/graphql-response+json, application/json\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len(),
        );
    }

    fn get(&self, tenant: u32, path: &str, out: &mut Vec<u8>) {
        out.clear();
        let _ = write!(
            out,
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
             accept: application/json\r\n\r\n",
            self.issued[tenant as usize],
        );
    }
}

impl Query {
    pub const ALL: [Self; 2] = [Self::Point, Self::Page];

    /// What is posted to our server.
    pub fn body(self, pick: Pick) -> Value {
        let id = || encode("task", seed::id(Kind::Task, pick.tenant, pick.task));
        match self {
            Self::Point => json!({ "query": POINT, "variables": { "id": id() } }),
            Self::Page => json!({ "query": PAGE }),
        }
    }

    /// What its operation is called.
    pub const fn operation(self) -> &'static str {
        match self {
            Self::Point => "Point",
            Self::Page => "Page",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Point => "point read",
            Self::Page => "page of 20, two joins",
        }
    }

    /// How every good answer begins.
    pub const fn beginning(self) -> &'static [u8] {
        match self {
            Self::Point => br#"{"data":{"task":{""#,
            Self::Page => br#"{"data":{"tasks":{"nodes":[{""#,
        }
    }
}

impl Side {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours => "taruvi",
            Self::Floor => "hand-written",
        }
    }
}
