//! A Redis of a test's own, on a socket in a temporary folder.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running Redis; ends with the test.
pub struct Redis {
    dir: PathBuf,
    server: Option<Child>,
}

impl Redis {
    pub async fn start() -> Self {
        let name = format!("taruvi-redis-{}", uuid::Uuid::now_v7().simple());
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir(&dir).expect("a folder for Redis");
        let mut redis = Self { dir, server: None };
        redis.resume().await;
        redis
    }

    /// What `REDIS_URL` says.
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// Ends the server, with all that it has kept.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("Redis can be killed");
            server.wait().expect("Redis has ended");
        }
        let _ = std::fs::remove_file(self.socket());
    }

    /// Starts it again, empty.
    pub async fn resume(&mut self) {
        let server = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(self.socket())
            .current_dir(&self.dir)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed (Debian: redis-server)");
        self.server = Some(server);
        for _ in 0..1_000 {
            if tokio::net::UnixStream::connect(self.socket()).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("Redis does not start");
    }

    fn socket(&self) -> PathBuf {
        self.dir.join("redis.sock")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
