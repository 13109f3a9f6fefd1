//! The shortest way through everything: sign in, write, read.

use crate::support::TestApp;

#[tokio::test]
async fn a_user_signs_in_and_works() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "Apollo").await;
    app.task(&owner, &project, "Land on the Moon").await;
    let query =
        "{ tasks(first: 5) { totalCount nodes { title project { name } assignedTo { id } } } }";
    let found = owner.gql(query).await;
    assert_eq!(found.data()["tasks"]["totalCount"], 1, "{}", found.body);
    assert_eq!(found.text("/data/tasks/nodes/0/project/name"), "Apollo");
    let other = app.sign_in("globex", "owner").await;
    assert_eq!(other.gql("{ tasks { totalCount } }").await.data()["tasks"]["totalCount"], 0);
}
