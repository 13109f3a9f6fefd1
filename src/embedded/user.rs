//! Who runs PostgreSQL: this user, or, because PostgreSQL refuses root, one that root steps down
//! to. Which directories are used is decided in `home`.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

/// An account of the system.
#[derive(Debug, Clone, Copy)]
pub struct User {
    pub uid: u32,
    pub gid: u32,
}

impl User {
    /// The account that runs a cluster for root: the owner of an existing one, else `postgres`,
    /// else `nobody`.
    pub fn for_root(cluster: &Path) -> Result<User> {
        let passwd = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        if let Ok(found) = fs::metadata(cluster)
            && found.uid() != 0
        {
            let known = accounts(&passwd).find(|(_, user)| user.uid == found.uid());
            return Ok(known.map_or(User { uid: found.uid(), gid: found.gid() }, |(_, user)| user));
        }
        ["postgres", "nobody"]
            .iter()
            .find_map(|wanted| accounts(&passwd).find(|(name, _)| name == wanted))
            .map(|(_, user)| user)
            .context("PostgreSQL refuses to run as root and there is no user postgres or nobody")
    }

    /// Whether the account may pass through a directory and all above it.
    pub fn can_enter(self, dir: &Path) -> bool {
        dir.ancestors().all(|dir| {
            fs::metadata(dir).is_ok_and(|found| {
                let bit = match (found.uid() == self.uid, found.gid() == self.gid) {
                    (true, _) => 0o100,
                    (false, true) => 0o010,
                    (false, false) => 0o001,
                };
                found.permissions().mode() & bit != 0
            })
        })
    }
}

/// The user id that this process acts as.
pub fn effective_uid() -> Result<u32> {
    // Linux shows it as the owner of /proc/self; elsewhere `id` has to tell.
    if let Ok(found) = fs::metadata("/proc/self") {
        return Ok(found.uid());
    }
    let output = Command::new("id").arg("-u").output().context("cannot run id -u")?;
    String::from_utf8_lossy(&output.stdout).trim().parse().context("id -u gave no number")
}

fn accounts(passwd: &str) -> impl Iterator<Item = (&str, User)> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some((name, User { uid, gid }))
    })
}
