//! Logs: readable in development, JSON in production. The targets are `app` (the default), `api`,
//! `security` and `performance`.

use std::fs::OpenOptions;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context as _;
use tracing::Metadata;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::config::{Mode, Telemetry};

/// The targets with a file of their own; all others go to `app.log`.
const TARGETS: [&str; 3] = ["api", "security", "performance"];

type Boxed = Box<dyn Layer<Registry> + Send + Sync>;

/// Sends all log lines to standard error, and to files if a folder is configured. Once a process.
pub fn init(config: &Telemetry, mode: Mode) -> anyhow::Result<()> {
    let json = config.format.is_json(mode);
    let mut layers: Vec<Boxed> = vec![if json {
        fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).boxed()
    } else {
        let ansi = std::io::stderr().is_terminal();
        fmt::layer().compact().with_ansi(ansi).with_writer(std::io::stderr).boxed()
    }];
    if let Some(dir) = &config.log_dir {
        layers.push(file(dir, "app", |m| !TARGETS.contains(&m.target()))?);
        for target in TARGETS {
            layers.push(file(dir, target, move |m| m.target() == target)?);
        }
    }
    let filter = EnvFilter::try_new(&config.filter)
        .with_context(|| format!("LOG_LEVEL: {:?} is not a log filter", config.filter))?;
    tracing_subscriber::registry()
        .with(layers.with_filter(filter))
        .try_init()
        .context("logging was set up twice")
}

/// JSON lines of some targets, appended to a file.
fn file(
    dir: &Path,
    name: &str,
    wanted: impl Fn(&Metadata<'_>) -> bool + Send + Sync + 'static,
) -> anyhow::Result<Boxed> {
    std::fs::create_dir_all(dir).with_context(|| format!("the log folder {}", dir.display()))?;
    let path = dir.join(format!("{name}.log"));
    let open = OpenOptions::new().create(true).append(true).open(&path);
    let file = open.with_context(|| format!("the log file {}", path.display()))?;
    let layer = fmt::layer().json().flatten_event(true).with_ansi(false);
    Ok(layer.with_writer(Mutex::new(file)).with_filter(filter_fn(wanted)).boxed())
}
