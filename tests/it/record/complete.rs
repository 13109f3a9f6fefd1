//! No mutation of the schema is without an entry in the record, and none leaves one when it fails.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::house::schema::{fields, types};
use crate::house::source::none;
use crate::support::{Caller, TestApp};

/// A line of `mutations.txt`.
struct Line<'a> {
    who: &'a str,
    field: &'a str,
    /// With the names of what others have kept.
    call: &'a str,
    keeps: Option<(&'a str, &'a str)>,
}

fn lines() -> (Vec<Line<'static>>, BTreeSet<&'static str>) {
    let (mut runs, mut exempt) = (vec![], BTreeSet::new());
    let all = include_str!("mutations.txt").lines();
    for line in all.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(entry) = line.strip_prefix("- ") {
            let (field, reason) = entry.split_once(": ").expect("field: reason");
            assert!(reason.len() > 10, "a reason for {field}");
            exempt.insert(field);
            continue;
        }
        let (who, rest) = line.split_once(' ').expect("who field(…)");
        let (call, keeps) = match rest.rsplit_once("} ") {
            Some((call, keep)) if keep.contains(" = ") => {
                let call = &rest[..call.len() + 1];
                (call, keep.split_once(" = "))
            }
            _ => (rest, None),
        };
        let field = call.split(['(', ' ']).next().expect("a field");
        runs.push(Line { who, field, call, keeps });
    }
    (runs, exempt)
}

struct World {
    app: TestApp,
    callers: BTreeMap<&'static str, Caller>,
    kept: BTreeMap<&'static str, String>,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let (other, owner) =
            (app.sign_in("acme", "owner").await, app.sign_in("acme", "owner").await);
        let sessions = owner.gql("{ viewerSessions { id isCurrent } }").await.data();
        let sessions = sessions["viewerSessions"].as_array().expect("sessions").clone();
        let session = sessions.iter().find(|s| s["isCurrent"] == false).expect("the other one");
        // One more for `sessionRevokeOthers`, and one to sign out of.
        app.sign_in("acme", "owner").await;
        let (idle, operator) = (app.operator().await, app.operator().await);
        let mine = idle.gql("{ viewerOperatorSessions { id isCurrent } }").await.data();
        let mine = mine["viewerOperatorSessions"].as_array().expect("sessions").clone();
        let idle = mine.iter().find(|s| s["isCurrent"] == true).expect("its own");
        let who = owner.gql("{ viewer { id } }").await.text("/data/viewer/id");
        let kept = BTreeMap::from([
            ("acme", app.tenant("acme").await.id.to_string()),
            ("owner", who),
            ("operator_session", idle["id"].as_str().expect("an id").to_owned()),
            ("session", session["id"].as_str().expect("an id").to_owned()),
            ("refresh", owner.refresh_token.clone().expect("a token")),
        ]);
        drop(other);
        let callers = BTreeMap::from([
            ("owner", owner),
            ("operator", operator),
            ("anonymous", app.anonymous("acme")),
            ("stranger", app.sign_in("globex", "owner").await),
        ]);
        Self { app, callers, kept }
    }

    /// How many entries there are, in all records.
    async fn entries(&self) -> usize {
        let mut all = 0;
        for record in ["acme", "globex", "localhost"] {
            all += self.app.record(record).await.len();
        }
        all
    }

    /// Sends the mutation with what was kept; its payload, or the whole answer.
    async fn send(&self, who: &str, line: &Line<'_>) -> Result<serde_json::Value, String> {
        let mut call = line.call.to_owned();
        for (name, value) in &self.kept {
            call = call.replace(&format!("${name}\""), &format!("{value}\""));
        }
        // What is asked for, and whether it worked.
        let selection = match call.rsplit_once(" { ").filter(|_| line.keeps.is_some()) {
            Some(_) => {
                let at = call.rfind(") { ").expect("a selection");
                let selection = call.split_off(at + 1);
                let selection = selection.trim();
                selection[1..selection.len() - 1].trim().to_owned()
            }
            None => String::new(),
        };
        let query = format!("mutation {{ {call} {{ {selection} userErrors {{ code field }} }} }}");
        let answer = self.callers[who].gql(&query).await;
        let payload = answer.at(&format!("/data/{}", line.field));
        let worked = answer.body.get("errors").is_none() && payload["userErrors"] == json!([]);
        if worked { Ok(payload) } else { Err(format!("{query}: {}", answer.body)) }
    }
}

#[tokio::test]
async fn every_mutation_leaves_an_entry_and_none_when_it_fails() {
    let mut world = World::new().await;
    let (runs, mut exempt) = lines();
    let types = types();
    let root = types.iter().find(|t| t.name.node == "Mutation").expect("mutations");
    let mut missing: BTreeSet<&str> =
        fields(root).iter().map(|field| field.node.name.node.as_str()).collect();
    let mut wrong = vec![];
    for line in &runs {
        let before = world.entries().await;
        for who in ["anonymous", "stranger"] {
            // A stranger's own things are none of this; what is somebody else's is.
            if (who == "stranger" && !line.call.contains('$')) || line.field == "tokenRevoke" {
                continue;
            }
            _ = world.send(who, line).await;
            if world.entries().await != before {
                wrong.push(format!("{who} may not {}, and it is recorded", line.call));
            }
        }
        match world.send(line.who, line).await {
            Ok(payload) => {
                if let Some((name, pointer)) = line.keeps {
                    let id = payload.pointer(pointer).and_then(|id| id.as_str());
                    world.kept.insert(name, id.expect("what is kept").to_owned());
                }
            }
            Err(answer) => wrong.push(format!("{} does not work: {answer}", line.field)),
        }
        if world.entries().await <= before {
            wrong.push(format!("{} leaves no entry", line.field));
        }
        missing.remove(line.field);
    }
    for field in missing {
        if !exempt.remove(field) {
            wrong.push(format!("{field}: a line for it in tests/it/record/mutations.txt"));
        }
    }
    wrong.extend(exempt.iter().map(|field| format!("{field} needs no exemption, or is no field")));
    none(&wrong);
}
