//! `taruvi platform`: the people who run the installation.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::process::{on_platform, with_app};
use super::report::say;
use super::{Global, ask};
use crate::platform::operators::{self, NewOperator};

#[derive(Debug, Subcommand)]
pub(super) enum PlatformCommand {
    /// Add a platform administrator. The password is asked for; or use --password-stdin, or the
    /// variable ADMIN_PASSWORD
    CreateAdmin(AdminArgs),
}

#[derive(Debug, Args)]
pub(super) struct AdminArgs {
    /// The address to sign in with; asked for if not given
    #[arg(long)]
    email: Option<String>,
    /// Given name
    #[arg(long, default_value = "")]
    first_name: String,
    /// Family name
    #[arg(long, default_value = "")]
    last_name: String,
    /// Read the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
}

pub(super) async fn run(global: &Global, command: PlatformCommand) -> Result<ExitCode> {
    let PlatformCommand::CreateAdmin(args) = command;
    let config = global.load()?;
    let email = match args.email {
        Some(email) => email,
        None => ask::text("E-mail address", "--email")?,
    };
    let password = ask::password(&config, args.password_stdin)?;
    let new = NewOperator {
        email,
        first_name: args.first_name,
        last_name: args.last_name,
        is_admin: true,
        password,
    };
    with_app(config, async |app, _| {
        let operator = operators::service::create(&on_platform(app), new).await?;
        say(format_args!("{} may sign in to the platform", operator.email));
        Ok(ExitCode::SUCCESS)
    })
    .await
}
