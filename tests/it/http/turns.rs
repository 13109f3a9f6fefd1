//! Who may run when several tenants ask at once.

use std::time::Duration;

use futures_util::FutureExt;
use taruvi::limits::{Turn, Turns};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(5);

/// A turn that is there at once.
fn at_once(turns: &Turns, tenant: Uuid) -> Turn {
    let turn = turns.take(tenant, PATIENCE).now_or_never().flatten();
    turn.expect("a turn at once")
}

#[tokio::test]
async fn who_is_alone_may_use_everything() {
    let turns = Turns::new(1);
    let tenant = Uuid::now_v7();
    let all: Vec<Turn> = (0..50).map(|_| at_once(&turns, tenant)).collect();
    drop(all);
    at_once(&turns, tenant);
}

#[tokio::test]
async fn a_flood_waits_for_itself() {
    let turns = Turns::new(2);
    let (flood, other) = (Uuid::now_v7(), Uuid::now_v7());
    let mut running: Vec<Turn> = (0..8).map(|_| at_once(&turns, flood)).collect();
    // The other tenant comes in whatever runs; from now on each has two.
    let others = [at_once(&turns, other), at_once(&turns, other)];
    let mut more = Box::pin(turns.take(flood, PATIENCE));
    for _ in 0..6 {
        assert!((&mut more).now_or_never().is_none());
        running.pop();
    }
    assert!((&mut more).now_or_never().is_none(), "two of the flood are running still");
    running.pop();
    let more = more.await.expect("its turn");
    let mut next = Box::pin(turns.take(other, PATIENCE));
    assert!((&mut next).now_or_never().is_none(), "the other has its two as well");
    drop(others);
    next.await.expect("its turn");
    drop(more);
}

#[tokio::test]
async fn lines_are_served_in_turn_and_nobody_waits_for_ever() {
    let turns = Turns::new(1);
    let tenants = [Uuid::now_v7(), Uuid::now_v7()];
    let running = tenants.map(|tenant| at_once(&turns, tenant));
    let served = parking_lot::Mutex::new(vec![]);
    let waits = tenants.into_iter().cycle().take(6).enumerate().map(|(at, tenant)| {
        let (turns, served) = (turns.clone(), &served);
        async move {
            let turn = turns.take(tenant, PATIENCE).await.expect("its turn");
            served.lock().push(at);
            tokio::task::yield_now().await;
            drop(turn);
        }
    });
    let impatient = turns.take(tenants[0], Duration::from_millis(20));
    assert!(impatient.await.is_none());
    let all = futures_util::future::join_all(waits);
    let begin = async { drop(running) };
    tokio::join!(all, begin);
    let served = served.into_inner();
    assert_eq!(served.len(), 6);
    let of_one: Vec<usize> = served.into_iter().filter(|at| at % 2 == 0).collect();
    assert_eq!(of_one, [0, 2, 4], "first come, first served");
}
