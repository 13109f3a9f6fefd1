//! Buckets in Redis, exact for all servers that share it. One script, which Redis runs alone, takes
//! from all buckets of a request or from none, by Redis' own clock.

use std::sync::Arc;

use redis::Script;

use super::{Draw, Policy};
use crate::redis::Redis;

/// KEYS: buckets. ARGV: for each, the time for what is taken and that for a whole bucket. Answers
/// 0 or the number of the bucket that holds too little, how long to wait, and for each bucket when
/// it is full again; all in microseconds.
const TAKE: &str = r"
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local stored = redis.call('MGET', unpack(KEYS))
local full, refused, wait = {}, 0, 0
for i = 1, #KEYS do
    local before = math.max(tonumber(stored[i] or 0) or 0, now)
    full[i] = before + tonumber(ARGV[2 * i - 1])
    local over = full[i] - now - tonumber(ARGV[2 * i])
    if over > wait then refused, wait = i, over end
end
local answer = { refused, wait }
for i = 1, #KEYS do
    if refused == 0 then
        local keep = math.ceil((full[i] - now) / 1000) + 1
        redis.call('SET', KEYS[i], string.format('%.0f', full[i]), 'PX', keep)
    else
        full[i] = full[i] - tonumber(ARGV[2 * i - 1])
    end
    answer[i + 2] = full[i] - now
end
return answer
";

/// One bucket and the time for what is put back.
const PUT_BACK: &str = r"
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DECRBY', KEYS[1], ARGV[1]) end
";

pub(super) struct Shared {
    redis: Arc<Redis>,
    take: Script,
    put_back: Arc<Script>,
}

/// What the script answers.
pub(super) struct Answer {
    /// Whose bucket holds too little, and for how long.
    pub refused: Option<(Policy, u64)>,
    /// For each bucket, in how long it is full again.
    pub full_in: Vec<u64>,
}

impl Shared {
    pub(super) fn new(redis: Arc<Redis>) -> Self {
        let put_back = Arc::new(Script::new(PUT_BACK));
        Self { redis, take: Script::new(TAKE), put_back }
    }

    /// Takes from all buckets or from none; `None` when Redis does not answer.
    pub(super) async fn take(&self, draws: &[Draw]) -> Option<Answer> {
        let mut call = self.take.prepare_invoke();
        for draw in draws {
            call.key(self.key(draw));
            call.arg(draw.rate.time_for(draw.amount)).arg(draw.rate.time_for(draw.rate.capacity));
        }
        let answer: Vec<u64> = self.redis.ask(async |redis| call.invoke_async(redis).await).await?;
        let [refused, wait, full_in @ ..] = answer.as_slice() else { return None };
        let which = usize::try_from(*refused).ok()?.checked_sub(1);
        let refused = which.and_then(|at| draws.get(at)).map(|draw| (draw.policy, *wait));
        Some(Answer { refused, full_in: full_in.to_vec() })
    }

    /// Nobody waits for this.
    pub(super) fn put_back(&self, draw: &Draw, amount: u32) {
        let (redis, script) = (self.redis.clone(), self.put_back.clone());
        let (key, time) = (self.key(draw), draw.rate.time_for(amount));
        tokio::spawn(async move {
            let mut call = script.key(key);
            call.arg(time);
            redis.ask(async |redis| call.invoke_async::<()>(redis).await).await
        });
    }

    fn key(&self, draw: &Draw) -> String {
        self.redis.key("limit", &format!("{}:{:032x}", draw.policy.name(), draw.key))
    }
}
