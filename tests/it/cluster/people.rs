//! Sessions, roles and accounts: what one process ends, the other does not serve any more.

use serde_json::{Value, json};

use super::{ME, Pair, answered, refused_soon, within_a_second};
use crate::support::Caller;
use crate::support::database::{self, PASSWORD};
use crate::tenant::kit::{me, text};

/// Signed in at the first node, and known to the second.
async fn known(pair: &Pair, account: &str) -> (Caller, Caller) {
    let here = pair.sign_in(0, "acme", account).await;
    let there = pair.through(1, &here);
    there.gql(ME).await.data();
    (here, there)
}

#[tokio::test]
async fn whoever_is_shut_out_through_one_process_is_shut_out_of_the_other() {
    let pair = Pair::new().await;
    let owner = pair.sign_in(0, "acme", "owner").await;

    let (here, there) = known(&pair, "member").await;
    let token = json!({ "input": { "refreshToken": here.refresh_token } });
    here.done("tokenRevoke", token, "revoked").await;
    refused_soon("a sign-out", &there).await;

    let ((first, _), (other, there)) = (known(&pair, "member").await, known(&pair, "member").await);
    let sessions = first.gql("{ viewerSessions { id isCurrent } }").await;
    let sessions = sessions.at("/data/viewerSessions");
    let not_mine = sessions.as_array().expect("sessions").iter().find(|s| s["isCurrent"] == false);
    let id = json!({ "id": not_mine.expect("the other session")["id"] });
    first.done("sessionRevoke", id, "").await;
    refused_soon("a session that was ended", &there).await;
    assert_eq!(other.gql(ME).await.status, 401);

    let (_, there) = known(&pair, "member").await;
    first.gql("mutation { sessionRevokeOthers { revokedCount } }").await.data();
    refused_soon("all other sessions", &there).await;

    let (_, there) = known(&pair, "member").await;
    let passwords = json!({ "input": {
        "currentPassword": PASSWORD, "newPassword": "another-password-for-tests" } });
    first.done("userChangePassword", passwords, "").await;
    refused_soon("sessions from before a new password", &there).await;

    let there = pair.through(1, &first);
    there.gql(ME).await.data();
    let inactive = json!({ "id": me(&first).await, "input": { "isActive": false } });
    owner.done("userUpdate", inactive, "").await;
    refused_soon("somebody who was deactivated", &there).await;

    let (here, there) = known(&pair, "manager").await;
    owner.done("userDelete", json!({ "id": me(&here).await }), "").await;
    refused_soon("somebody who was deleted", &there).await;
}

#[tokio::test]
async fn another_role_holds_in_both_processes() {
    let pair = Pair::new().await;
    let owner = pair.sign_in(0, "acme", "owner").await;
    let (here, there) = known(&pair, "member").await;
    let id = me(&here).await;
    let create = "mutation { projectCreate(input: { name: \"x\" }) { project { id } } }";
    assert_eq!(there.gql(create).await.code(), "FORBIDDEN");
    for role in ["MANAGER", "MEMBER", "OWNER", "GUEST"] {
        let arguments = json!({ "id": id, "input": { "role": role } });
        owner.done("userUpdate", arguments, "").await;
        let may = matches!(role, "MANAGER" | "OWNER");
        let wanted = |answer: &crate::support::Answer| match may {
            true => answered(answer),
            false => answer.code() == "FORBIDDEN",
        };
        within_a_second(role, &there, create, wanted).await;
    }
}

#[tokio::test]
async fn a_refresh_token_that_comes_to_both_at_once_is_used_once() {
    let pair = Pair::new().await;
    let mut good = 0;
    for _ in 0..4 {
        let here = pair.sign_in(0, "acme", "member").await;
        let there = pair.through(1, &here);
        let refresh = |caller: Caller| async move {
            let token = json!({ "input": { "refreshToken": caller.refresh_token } });
            caller.mutate("tokenRefresh", token, "refreshToken accessToken").await
        };
        let (one, two) = tokio::join!(refresh(here.clone()), refresh(there.clone()));
        let new: Vec<_> = [one, two]
            .iter()
            .map(|answer| answer.at("/data/tokenRefresh/accessToken"))
            .filter(Value::is_string)
            .collect();
        assert_eq!(new.len(), 1, "one of the two");
        // Used twice: somebody else has it too, so that the session has ended, everywhere.
        let winner = there.with_token(&text(&new[0]));
        refused_soon("a session whose token came twice", &winner).await;
        good += 1;
    }
    assert_eq!(good, 4);
}

#[tokio::test]
async fn a_process_that_hears_nothing_trusts_nothing_that_it_knows() {
    let pair = Pair::new().await;
    let (here, there) = known(&pair, "member").await;
    // Both lose the connection over which they tell each other.
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'taruvi bus'";
    let ended = database::value(&pair.database, cut).await;
    assert_eq!(ended, "2");
    let token = json!({ "input": { "refreshToken": here.refresh_token } });
    here.done("tokenRevoke", token, "revoked").await;
    refused_soon("a sign-out that nobody could tell of", &there).await;
}
