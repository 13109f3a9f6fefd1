//! Rules about users: an owner remains, the plan's seats are all there are, and whoever is shut
//! out is out at once.

use serde_json::{Value, json};

use super::kit::{me, soon, text};
use crate::support::database::PASSWORD;
use crate::support::{Caller, TestApp};

fn new(name: &str, role: &str) -> Value {
    let email = format!("{name}@acme.test");
    json!({ "input": { "email": email, "password": PASSWORD, "role": role } })
}

async fn add(owner: &Caller, name: &str, role: &str) -> String {
    text(&owner.done("userCreate", new(name, role), "user { id }").await["user"]["id"])
}

fn change(id: &str, input: Value) -> Value {
    json!({ "id": id, "input": input })
}

/// The ways for somebody not to be an owner any more.
fn ways_out(id: &str) -> [(&'static str, Value); 4] {
    [
        ("userUpdate", change(id, json!({ "role": "MEMBER" }))),
        ("userUpdate", change(id, json!({ "isActive": false }))),
        ("userUpdate", change(id, json!({ "role": "OWNER", "isActive": false }))),
        ("userDelete", json!({ "id": id })),
    ]
}

#[tokio::test]
async fn the_last_owner_stays() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let mine = me(&owner).await;
    for (field, arguments) in ways_out(&mine) {
        let found = owner.faults(field, arguments.clone()).await;
        assert_eq!(found, ["NOT_ALLOWED"], "{field} {arguments}");
    }
    // An owner who can't sign in is none.
    let second = add(&owner, "second", "OWNER").await;
    owner.done("userUpdate", change(&second, json!({ "isActive": false })), "").await;
    for (field, arguments) in ways_out(&mine) {
        let found = owner.faults(field, arguments.clone()).await;
        assert_eq!(found, ["NOT_ALLOWED"], "{field} {arguments}");
    }
    let same = json!({ "role": "OWNER", "isActive": true, "firstName": "Still" });
    owner.done("userUpdate", change(&mine, same), "").await;
    owner.done("userUpdate", change(&second, json!({ "isActive": true })), "").await;
    owner.done("userUpdate", change(&mine, json!({ "role": "MEMBER" })), "").await;
    let refused = owner.refusal("userDelete", json!({ "id": second })).await;
    assert_eq!(refused, "FORBIDDEN", "the role counts from now on");
    let second = app.anonymous("acme").sign_in("second@acme.test", PASSWORD).await;
    second.done("userDelete", json!({ "id": mine }), "").await;
}

#[tokio::test]
async fn two_owners_who_remove_each_other_at_the_same_time_leave_one() {
    let app = TestApp::new().await;
    let one = app.sign_in("acme", "owner").await;
    let first = me(&one).await;
    let second = add(&one, "second", "OWNER").await;
    let two = app.anonymous("acme").sign_in("second@acme.test", PASSWORD).await;
    for way in 0..4 {
        let (field, against_second) = ways_out(&second)[way].clone();
        let (_, against_first) = ways_out(&first)[way].clone();
        let (one, two) = tokio::join!(
            one.mutate(field, against_second, ""),
            two.mutate(field, against_first, "")
        );
        let left = "SELECT count(*) FROM \"t_acme\".users WHERE role = 'owner' AND is_active";
        assert_eq!(app.value(left).await, "1", "{field}: {} {}", one.body, two.body);
        app.sql(
            "UPDATE \"t_acme\".users SET role = 'owner', is_active = true
             WHERE email IN ('owner@acme.test', 'second@acme.test');
             UPDATE \"t_acme\".sessions SET revoked_at = NULL",
        )
        .await;
        app.app.bus.publish(taruvi::bus::Wake::Everything).await;
    }
}

#[tokio::test]
async fn the_plan_has_so_many_seats_and_no_more() {
    let app = TestApp::new().await;
    app.sql("UPDATE public.tenants SET max_users = 4 WHERE schema_name = 't_acme'").await;
    app.app.bus.publish(taruvi::bus::Wake::Everything).await;
    let owner = app.sign_in("acme", "owner").await;
    let fourth = add(&owner, "fourth", "MEMBER").await;
    assert_eq!(owner.faults("userCreate", new("fifth", "MEMBER")).await, ["LIMIT_REACHED"]);
    let inactive = json!({ "isActive": false });
    owner.done("userUpdate", change(&fourth, inactive), "").await;
    let fifth = add(&owner, "fifth", "MEMBER").await;
    let back = change(&fourth, json!({ "isActive": true }));
    assert_eq!(owner.faults("userUpdate", back.clone()).await, ["LIMIT_REACHED"]);
    owner.done("userUpdate", change(&fourth, json!({ "firstName": "Away" })), "").await;
    owner.done("userDelete", json!({ "id": fifth }), "").await;
    owner.done("userUpdate", back, "").await;
    let globex = app.sign_in("globex", "owner").await;
    globex.done("userCreate", new("elsewhere", "MEMBER"), "").await;
}

#[tokio::test]
async fn of_many_who_take_the_last_seat_one_gets_it() {
    let app = TestApp::new().await;
    app.sql("UPDATE public.tenants SET max_users = 4 WHERE schema_name = 't_acme'").await;
    app.app.bus.publish(taruvi::bus::Wake::Everything).await;
    let owner = app.sign_in("acme", "owner").await;
    let add = async |n: usize| owner.faults("userCreate", new(&format!("u{n}"), "MEMBER")).await;
    let all = futures_util::future::join_all((0..4).map(add)).await;
    let won = all.iter().filter(|f| f.is_empty()).count();
    let refused = all.iter().filter(|f| *f == &["LIMIT_REACHED"]).count();
    assert_eq!((won, refused), (1, 3), "{all:?}");
}

#[tokio::test]
async fn whoever_is_deactivated_or_deleted_is_out_at_once() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let owner = app.sign_in("acme", "owner").await;
    for (field, account) in [("userUpdate", "member"), ("userDelete", "manager")] {
        let (here, there) =
            (app.sign_in("acme", account).await, other.sign_in("acme", account).await);
        let id = me(&here).await;
        assert_eq!(me(&there).await, id, "both processes know the sessions now");
        let arguments = match field {
            "userUpdate" => change(&id, json!({ "isActive": false })),
            _ => json!({ "id": id }),
        };
        owner.done(field, arguments, "").await;
        soon("the other process knows", async || {
            there.gql("{ viewer { id } }").await.status == 401
        })
        .await;
        for caller in [&here, &there] {
            let answer = caller.gql("{ viewer { id } }").await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "UNAUTHENTICATED"));
            let challenge = answer.headers["www-authenticate"].to_str().unwrap();
            assert!(challenge.contains("invalid_token"), "{challenge}");
        }
        let token = json!({ "input": { "refreshToken": there.refresh_token } });
        let refused = other.anonymous("acme").refusal("tokenRefresh", token).await;
        assert_eq!(refused, "UNAUTHENTICATED");
        let email = format!("{account}@acme.test");
        let again = json!({ "input": { "email": email, "password": PASSWORD } });
        let refused = app.anonymous("acme").refusal("tokenCreate", again).await;
        assert_eq!(refused, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn who_comes_back_has_to_sign_in_again() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let id = me(&member).await;
    for is_active in [false, true] {
        owner.done("userUpdate", change(&id, json!({ "isActive": is_active })), "").await;
    }
    assert_eq!(member.gql("{ viewer { id } }").await.status, 401, "the sessions stay ended");
    app.sign_in("acme", "member").await.gql("{ viewer { id } }").await.data();
}

#[tokio::test]
async fn another_role_counts_from_the_next_request_on_in_every_process() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let (owner, member) =
        (app.sign_in("acme", "owner").await, other.sign_in("acme", "member").await);
    let id = me(&member).await;
    let project = json!({ "input": { "name": "x" } });
    assert_eq!(member.refusal("projectCreate", project.clone()).await, "FORBIDDEN");
    for (role, code) in [("MANAGER", ""), ("MEMBER", "FORBIDDEN")] {
        owner.done("userUpdate", change(&id, json!({ "role": role })), "").await;
        soon(role, async || {
            member.mutate("projectCreate", project.clone(), "").await.code() == code
        })
        .await;
    }
}
