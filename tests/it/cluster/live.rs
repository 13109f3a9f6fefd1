//! Subscriptions in one process of what happens in another.

use std::time::Instant;

use serde_json::json;

use super::{Pair, SOON};
use crate::live::TASKS;
use crate::support::{Redis, Socket, database};
use crate::tenant::kit::text;

async fn a_change_here_is_told_there(pair: &Pair) {
    let owner = pair.sign_in(0, "acme", "owner").await;
    let there = pair.through(1, &owner);
    let mut socket = Socket::greeted(&there).await;
    assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);
    let project = json!({ "input": { "name": "Apollo" } });
    let project = owner.done("projectCreate", project, "project { id }").await;
    let project = project["project"]["id"].clone();
    for n in 0..20 {
        let begun = Instant::now();
        let from = if n % 2 == 0 { &owner } else { &there };
        let task = json!({ "input": { "projectId": project, "title": n.to_string() } });
        from.done("taskCreate", task, "").await;
        let told = socket.next("t").await["taskChanged"]["task"]["title"].clone();
        assert_eq!(told, n.to_string());
        assert!(begun.elapsed() < SOON, "{n}: {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn what_happens_in_one_process_is_told_in_the_other() {
    let pair = Pair::new().await;
    a_change_here_is_told_there(&pair).await;

    // A session that ends there ends here, and so does a role.
    let owner = pair.sign_in(0, "acme", "owner").await;
    let member = pair.sign_in(0, "acme", "member").await;
    let mut socket = Socket::greeted(&pair.through(1, &member)).await;
    assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);
    let guest =
        json!({ "id": crate::tenant::kit::me(&member).await, "input": { "role": "GUEST" } });
    owner.done("userUpdate", guest, "").await;
    let project = json!({ "input": { "name": "Gemini" } });
    let project = owner.done("projectCreate", project, "project { id }").await;
    let task = json!({ "input": { "projectId": project["project"]["id"], "title": "Land" } });
    owner.done("taskCreate", task, "").await;
    let refused = socket.message().await;
    assert_eq!(refused["payload"]["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    assert_eq!(socket.message().await["type"], "complete");
    let begun = Instant::now();
    let token = json!({ "input": { "refreshToken": member.refresh_token } });
    member.done("tokenRevoke", token, "revoked").await;
    assert_eq!(socket.closed().await, 4403);
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn redis_carries_it_when_it_is_there_and_notify_when_it_is_not() {
    let mut redis = Redis::start().await;
    let url = redis.url();
    let pair = Pair::with(&[("REDIS_URL", &url), ("RATE_LIMIT_ENABLE", "false")]).await;
    a_change_here_is_told_there(&pair).await;
    redis.kill();
    a_change_here_is_told_there(&pair).await;
}

#[tokio::test]
async fn nothing_is_lost_or_told_twice_while_many_write_and_the_bus_is_cut() {
    let pair = Pair::new().await;
    let owner = pair.sign_in(0, "acme", "owner").await;
    let there = pair.through(1, &owner);
    let project = json!({ "input": { "name": "Apollo" } });
    let project = owner.done("projectCreate", project, "project { id }").await;
    let project = project["project"]["id"].clone();
    let mut sockets = vec![];
    for caller in [&owner, &there] {
        let mut socket = Socket::greeted(caller).await;
        assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);
        sockets.push(socket);
    }
    let write = async |caller: &crate::support::Caller, name: &str| {
        for n in 0..25 {
            let title = format!("{name} {n}");
            let task = json!({ "input": { "projectId": project, "title": title } });
            caller.done("taskCreate", task, "").await;
        }
    };
    let cut = async {
        for _ in 0..3 {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'taruvi bus'";
            database::value(&pair.database, cut).await;
        }
    };
    tokio::join!(
        write(&owner, "a"),
        write(&there, "b"),
        write(&owner, "c"),
        write(&there, "d"),
        cut
    );
    let mut all = vec![];
    for socket in &mut sockets {
        let mut told = vec![];
        for _ in 0..100 {
            told.push(text(&socket.next("t").await["taskChanged"]["cursor"]));
        }
        assert!(socket.is_silent().await, "nothing comes twice");
        all.push(told);
    }
    assert_eq!(all[0], all[1], "in one order");
    let mut once = all[0].clone();
    once.dedup();
    assert_eq!(once.len(), 100);
}
