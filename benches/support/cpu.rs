//! CPU time of processes, as the kernel counts it.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// One of the kernel's ticks, in which it tells the time of whole processes (USER_HZ).
const TICK: Duration = Duration::from_millis(10);

/// What a process with all its threads has used.
pub fn of_process(pid: u32) -> Result<Duration> {
    Ok(ticks(&stat(pid)?[UTIME..=STIME]))
}

/// What a postmaster and all its backends have used, those that have ended too.
pub fn of_postgres(postmaster: u32) -> Result<Duration> {
    let mut total = ticks(&stat(postmaster)?[UTIME..=CSTIME]);
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // A process may end while we look.
        if stat(pid).is_ok_and(|fields| fields[PARENT] == u64::from(postmaster)) {
            total += of_thread(pid).unwrap_or_default();
        }
    }
    Ok(total)
}

/// The parent of a process: of a backend, the postmaster.
pub fn parent(pid: u32) -> Result<u32> {
    Ok(u32::try_from(stat(pid)?[PARENT])?)
}

/// Resident memory of a process, in MiB.
pub fn resident_mib(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|l| l.trim().strip_suffix(" kB")).context("no VmRSS")?;
    Ok(kib.trim().parse::<f64>()? / 1024.0)
}

/// The time of a process with a single thread, in nanoseconds.
fn of_thread(pid: u32) -> Result<Duration> {
    let text = fs::read_to_string(format!("/proc/{pid}/schedstat"))?;
    let nanoseconds = text.split(' ').next().context("an empty schedstat")?;
    Ok(Duration::from_nanos(nanoseconds.parse()?))
}

/// Where the fields of `stat` are, counted from the one behind the program's name.
const PARENT: usize = 1;
const UTIME: usize = 11;
const STIME: usize = 12;
/// Of the children that were waited for.
const CSTIME: usize = 14;

/// The numbers of `/proc/PID/stat`; what is no number counts as 0.
fn stat(pid: u32) -> Result<Vec<u64>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = text.rsplit_once(") ").context("a stat without a name")?;
    let fields: Vec<u64> = fields.split(' ').map(|f| f.parse().unwrap_or_default()).collect();
    anyhow::ensure!(fields.len() > CSTIME, "a stat with too few fields");
    Ok(fields)
}

fn ticks(fields: &[u64]) -> Duration {
    TICK * u32::try_from(fields.iter().sum::<u64>()).unwrap_or(u32::MAX)
}
