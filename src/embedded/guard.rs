//! A tiny shell process that outlives a killed server for a moment, to stop the PostgreSQL that
//! nobody uses any more. An orderly stop does not need it.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use super::home::Home;

/// Waits for the end of its input, which is our end, and then does what `stop` would do: takes
/// both locks (`$1` is the home) and interrupts the postmaster. Without a way to take locks it
/// does nothing; the next run then adopts what is left. The second try for the users' lock is
/// because a dying process does not close its files all at once.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
pid=
while read -r line; do pid=$line; done
[ -n "$pid" ] || exit 0
lock() {
    if command -v flock; then
        flock -x $2 "$1"
    elif command -v perl; then
        perl -e 'use Fcntl ":flock"; open(my $f, "<&=", $ARGV[0]) or exit 1;
            exit !flock($f, LOCK_EX | ($ARGV[1] ? LOCK_NB : 0))' "$1" "$2"
    else
        return 1
    fi
}
running() {
    case "$(cat "/proc/$pid/comm" || ps -o comm= -p "$pid")" in
        *postgres*) return 0 ;;
        *) return 1 ;;
    esac
}
if [ -r "$1/start.lock" ] && [ -r "$1/users.lock" ]; then
    exec 8<"$1/users.lock" 9<"$1/start.lock"
    lock 9 || exit 0
    lock 8 -n || { sleep 0.2; lock 8 -n; } || exit 0
fi
file=$1/postgres/postmaster.pid
[ -e "$file" ] && read -r pid <"$file"
running && kill -s INT "$pid"
tries=0
while [ $tries -lt 600 ] && [ -e "$file" ] && running; do
    sleep 0.05
    tries=$((tries + 1))
done
"#;

/// The shell process; it acts when this is dropped, or when we die.
#[derive(Debug)]
pub struct Guard {
    shell: Child,
}

impl Guard {
    /// Starts the shell, which does nothing yet.
    pub fn spawn(home: &Home) -> Result<Guard> {
        let shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "taruvi-guard"])
            .arg(home.dir())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("cannot run /bin/sh")?;
        Ok(Guard { shell })
    }

    /// Tells it which postmaster to stop.
    pub fn watch(&mut self, pid: u32) -> Result<()> {
        let pipe = self.shell.stdin.as_mut().context("the guard has no input")?;
        writeln!(pipe, "{pid}").context("the guard is gone")
    }

    /// Ends it without letting it act.
    pub fn dismiss(mut self) -> Result<()> {
        self.shell.kill().context("cannot end the guard")?;
        self.shell.wait().context("cannot end the guard")?;
        Ok(())
    }
}
