//! `cargo bench`: all figures of the README, measured in one run.
//!
//! `cargo bench -- speed`, `hangup`, `fairness`, `grants`, `live` or `figures` measures a part;
//! `--tenants 20,1000` and `--rounds 5` say how much. How each is measured stands in its module.

mod fairness;
mod figures;
mod floor;
mod grants;
mod hangup;
mod live;
mod report;
mod speed;
mod support;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use tokio::signal::unix::{SignalKind, signal};

use self::report::Report;
use self::support::bed::Bed;

/// Which parts to run, and how much of them.
#[derive(Default)]
struct Wanted {
    speed: bool,
    hangup: bool,
    fairness: bool,
    grants: bool,
    figures: bool,
    live: bool,
    tenants: Vec<u32>,
    rounds: usize,
}

/// A load generator on one thread leaves more of the machine to the servers.
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let ended = if arguments.next_if(|a| a == floor::COMMAND).is_some() {
        block_on(tokio::runtime::Builder::new_multi_thread(), floor::serve(arguments))
            .map(|()| true)
    } else {
        block_on(tokio::runtime::Builder::new_current_thread(), unless_stopped(bench(arguments)))
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("{e:#}");
            ExitCode::FAILURE
        }
    }
}

fn block_on<T>(
    mut runtime: tokio::runtime::Builder,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    runtime.enable_all().build()?.block_on(work)
}

/// Dropping the work ends its servers and its database, which a signal alone would leave behind.
async fn unless_stopped<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        done = work => done,
        _ = tokio::signal::ctrl_c() => bail!("stopped"),
        _ = terminated.recv() => bail!("stopped"),
    }
}

async fn bench(arguments: impl Iterator<Item = String>) -> Result<bool> {
    let wanted = wanted(arguments)?;
    let mut report = Report::default();
    let mut bed = Bed::start().await?;
    for (at, tenants) in wanted.tenants.iter().enumerate() {
        let took = bed.grow(*tenants).await?;
        eprintln!("{tenants} tenants, {:.1} s", took.as_secs_f64());
        if wanted.hangup && at == 0 {
            hangup::run(&bed, &mut report).await?;
        }
        if wanted.fairness && at == 0 {
            fairness::run(&bed, &mut report).await?;
        }
        if wanted.speed {
            speed::run(&bed, wanted.rounds, &mut report).await?;
        }
        if wanted.figures && at == 0 {
            figures::run(&mut bed, &mut report).await?;
        }
    }
    if wanted.live {
        bed.grow(live::TENANTS.max(bed.tenants())).await?;
        live::run(&bed, &mut report).await?;
    }
    // Last, since it makes one tenant much larger than the others.
    if wanted.grants {
        grants::run(&bed, &mut report).await?;
    }
    bed.stop().await?;
    Ok(report.print())
}

fn wanted(mut arguments: impl Iterator<Item = String>) -> Result<Wanted> {
    let mut wanted = Wanted { tenants: vec![20, 1000], rounds: 5, ..Wanted::default() };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "speed" => wanted.speed = true,
            "hangup" => wanted.hangup = true,
            "fairness" => wanted.fairness = true,
            "grants" => wanted.grants = true,
            "figures" => wanted.figures = true,
            "live" => wanted.live = true,
            "--rounds" => wanted.rounds = value()?.parse()?,
            "--tenants" => {
                wanted.tenants = value()?.split(',').map(str::parse).collect::<Result<_, _>>()?;
            }
            "--bench" => {} // Cargo says so
            other => {
                bail!(
                    "unknown: {other} (speed, hangup, fairness, grants, figures, live, \
                     --tenants, --rounds)"
                )
            }
        }
    }
    let Wanted { speed, hangup, fairness, grants, figures, live, .. } = &mut wanted;
    let parts = [speed, hangup, fairness, grants, figures, live];
    if !parts.iter().any(|part| **part) {
        parts.into_iter().for_each(|part| *part = true);
    }
    // The others ask among the first tenants only.
    if !wanted.speed {
        wanted.tenants.truncate(1);
    }
    Ok(wanted)
}
