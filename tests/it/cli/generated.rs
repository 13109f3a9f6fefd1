//! Files that commands write are current.

use taruvi::db::migrate::{Rehearsed, rehearse};

use crate::support::database;

#[tokio::test]
async fn the_tables_of_diesel_are_those_of_the_migrations() {
    let (_, owner) = database::connectors("postgres", &database::config(&[])).await;
    let Rehearsed { platform, tenant } = rehearse(&owner).await.expect("up, down, up");
    for (file, text) in [("platform", platform), ("tenant", tenant)] {
        let path = format!("{}/src/db/schema/{file}.rs", env!("CARGO_MANIFEST_DIR"));
        let kept = std::fs::read_to_string(&path).expect("the file");
        assert_eq!(kept, text, "{path} is not current: run `taruvi migrate dev`");
    }
}

#[test]
fn the_example_of_settings_is_current() {
    let mut command = super::Place::new().command(&["config", "example", "--check"]);
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("it runs");
    assert!(output.status.success(), "{}", super::said(&output));
}
