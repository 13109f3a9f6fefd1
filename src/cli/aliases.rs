//! The commands of the systems before this one, under their names. What they do is in the files
//! of the commands they stand for.

use std::ffi::OsString;

/// Shown below the list of commands.
pub(super) const HELP: &str = "\
Also understood, as in the systems before: runserver, migrate_schemas, showmigrations,
create_tenant, list_tenants, tenant_command, all_tenants_command, dbshell, createsuperuser,
create_super_super_admin, setup_development, create_test_data.";

const ALIASES: &[(&str, &[&str])] = &[
    ("runserver", &["serve"]),
    ("migrate-schemas", &["migrate"]),
    ("showmigrations", &["migrate", "status"]),
    ("create-tenant", &["tenant", "create"]),
    ("list-tenants", &["tenant", "list"]),
    ("tenant-command", &["tenant", "exec"]),
    ("all-tenants-command", &["tenant", "each"]),
    ("dbshell", &["db", "shell"]),
    ("createsuperuser", &["platform", "create-admin"]),
    ("create-super-super-admin", &["platform", "create-admin"]),
    ("setup-development", &["dev", "setup"]),
    ("create-test-data", &["dev", "seed"]),
];

/// Options in front of the command that take a value.
const VALUED: [&str; 4] = ["--config", "--data-dir", "--host", "--port"];

/// The arguments with the command's alias, if it is one, written out. Underscores are as good as
/// hyphens.
pub(super) fn expanded(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let arguments: Vec<OsString> = arguments.collect();
    let mut at = 1;
    while let Some(argument) = arguments.get(at).and_then(|a| a.to_str()) {
        if !argument.starts_with('-') {
            break;
        }
        at += if VALUED.contains(&argument) { 2 } else { 1 };
    }
    let Some(name) = arguments.get(at).and_then(|a| a.to_str()) else { return arguments };
    let name = name.replace('_', "-");
    let Some((_, command)) = ALIASES.iter().find(|(alias, _)| *alias == name) else {
        return arguments;
    };
    let command = command.iter().map(OsString::from);
    arguments[..at].iter().cloned().chain(command).chain(arguments[at + 1..].to_vec()).collect()
}
