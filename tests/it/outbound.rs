//! Requests to addresses that tenants choose: which addresses are everybody's, and what the client
//! does not do.

use std::net::IpAddr;

use axum::http::Request;
use reqwest::Url;
use taruvi::outbound::{Failure, Outbound, is_public};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[test]
fn private_addresses_are_known_however_they_are_written() {
    for private in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:c0a8:101::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        let address: IpAddr = private.parse().expect(private);
        assert!(!is_public(address), "{private}");
    }
    for public in [
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700:4700::1111",
        "2a00:1450::1",
    ] {
        let address: IpAddr = public.parse().expect(public);
        assert!(is_public(address), "{public}");
    }
}

fn outbound(allow_private: bool) -> Outbound {
    Outbound::new(&taruvi::config::Outbound { allow_private })
}

#[test]
fn urls_are_refused_that_tell_by_themselves_where_they_lead() {
    let (careful, open) = (outbound(false), outbound(true));
    for bad in [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]:8443/",
        "https://１２７.0.0.1/",
        "https://10.0.0.1:8443/x",
    ] {
        let url = Url::parse(bad).expect(bad);
        let refused = careful.check(&url).expect_err(bad).to_string();
        assert!(refused.contains("private"), "{bad}: {refused}");
        assert_eq!(open.check(&url), Ok(()), "{bad}");
    }
    for bad in ["http://example.com/", "ftp://example.com/", "file:///etc/passwd", "data:,x"] {
        let url = Url::parse(bad).expect(bad);
        assert!(careful.check(&url).is_err(), "{bad}");
    }
    for bad in ["ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "gopher://a/"] {
        assert!(open.check(&Url::parse(bad).expect(bad)).is_err(), "{bad}");
    }
    for bad in ["https://user@example.com/", "https://:secret@example.com/"] {
        assert!(careful.check(&Url::parse(bad).expect(bad)).is_err(), "{bad}");
    }
    for good in ["https://example.com/", "https://8.8.8.8:8443/x?y", "https://[2a00:1450::1]/"] {
        assert_eq!(careful.check(&Url::parse(good).expect(good)), Ok(()), "{good}");
    }
}

fn get(url: &str) -> Request<Vec<u8>> {
    Request::get(url).body(vec![]).expect("a request")
}

/// Somebody who answers everything with these bytes; where, and a count of who has come.
async fn answering(bytes: Vec<u8>) -> (u16, tokio::sync::watch::Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (count, come) = tokio::sync::watch::channel(0);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            count.send_modify(|n| *n += 1);
            let mut asked = vec![0; 4_096];
            if client.read(&mut asked).await.is_ok_and(|n| n > 0) {
                client.write_all(&bytes).await.ok();
            }
        }
    });
    (port, come)
}

#[tokio::test]
async fn names_that_lead_to_private_addresses_are_not_connected_to() {
    let (port, come) = answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi".to_vec()).await;
    for host in ["localhost", "acme.localhost", "LOCALHOST"] {
        let refused = outbound(false).send(get(&format!("https://{host}:{port}/")), 100).await;
        match refused.expect_err(host) {
            Failure::NotAllowed(why) => assert!(why.contains("private"), "{why}"),
            // Where names below localhost are not known, there is nobody to connect to.
            other => assert!(host.contains("acme"), "{host}: {other}"),
        }
    }
    let literal = outbound(false).send(get(&format!("https://127.0.0.1:{port}/")), 100).await;
    assert!(matches!(literal, Err(Failure::NotAllowed(_))));
    assert_eq!(*come.borrow(), 0, "nobody came");
    let asked = outbound(true).send(get(&format!("http://localhost:{port}/")), 100).await;
    assert_eq!(asked.expect("an answer").body(), b"hi");
    assert_eq!(*come.borrow(), 1);
}

#[tokio::test]
async fn redirects_are_answers_and_bodies_end() {
    let open = outbound(true);
    let (target, come) = answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{target}/\r\ncontent-length: 0\r\n\r\n"
    );
    let (port, _) = answering(redirect.into_bytes()).await;
    let answer = open.send(get(&format!("http://127.0.0.1:{port}/")), 100).await;
    assert_eq!(answer.expect("an answer").status(), 302);
    assert_eq!(*come.borrow(), 0, "nobody followed");

    // Announced, or not.
    let announced = "HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n";
    let silent = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    for head in [announced, silent] {
        let long = format!("{head}{}", "x".repeat(101));
        let (port, _) = answering(long.into_bytes()).await;
        let url = format!("http://127.0.0.1:{port}/");
        assert_eq!(open.send(get(&url), 100).await.expect_err(head), Failure::TooLarge(100));
        assert_eq!(open.send(get(&url), 101).await.expect(head).body().len(), 101);
    }
    // Nobody listens there any more.
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = gone.local_addr().expect("an address").port();
    drop(gone);
    let failed = open.send(get(&format!("http://127.0.0.1:{port}/")), 100).await;
    let why = failed.expect_err("nobody").to_string();
    assert!(why.starts_with("can't be reached"), "{why}");
}

#[tokio::test]
async fn https_begins_with_tls_and_nothing_else() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.expect("somebody");
        let mut first = [0; 5];
        client.read_exact(&mut first).await.expect("five bytes");
        client.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").await.ok();
        first
    });
    let url = format!("https://localhost:{port}/");
    let answer = outbound(true).send(get(&url), 100).await;
    assert_eq!(heard.await.expect("bytes")[..2], [0x16, 3], "a handshake (RFC 8446, 5.1)");
    let why = answer.expect_err("no TLS there").to_string();
    assert!(why.starts_with("can't be reached: "), "{why}");
}
