//! Bodies byte by byte: cut short, or packed.

use std::io::Write;
use std::time::Duration;

use auditlake_api::{Client, ClientConfig, ErrorKind, Secret};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::mock::{TENANT, blob_at};

/// Reads one request to the end of its body.
async fn read_request(stream: &mut TcpStream) -> std::io::Result<()> {
    let (mut request, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut piece).await?;
        request.extend_from_slice(piece.get(..length).unwrap_or_default());
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let announced = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if length == 0 || body.len() >= announced.unwrap_or(0) {
            return Ok(());
        }
    }
}

/// A service that gives one raw answer a connection and then hangs up.
async fn raw_service(answers: Vec<Vec<u8>>) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await?;
            read_request(&mut stream).await?;
            stream.write_all(&answer).await?;
            stream.shutdown().await?;
        }
        std::io::Result::Ok(())
    });
    Ok(address)
}

fn raw_answer(announced: usize, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {announced}\r\nConnection: close\r\n\r\n{body}")
        .into_bytes()
}

fn token_answer() -> Vec<u8> {
    let token = r#"{"access_token":"t","expires_in":"3599"}"#;
    raw_answer(token.len(), token)
}

fn client(address: &str) -> Client {
    let url: url::Url = address.parse().expect("the service's address is a URL");
    let mut config = ClientConfig::new(
        url.clone(),
        url,
        TENANT,
        "client",
        Secret::new("s".to_owned()),
    );
    config.retry.base = Duration::from_millis(1);
    config.max_body_bytes = 10_000;
    Client::new(config).expect("the configuration is valid")
}

#[tokio::test]
async fn a_body_that_is_cut_short_is_fetched_again() {
    let whole = "[{\"a\":1}]";
    let answers = vec![
        token_answer(),
        raw_answer(20, whole),
        Vec::new(),
        raw_answer(whole.len(), whole),
    ];
    let address = raw_service(answers).await.unwrap();
    let client = client(&address);
    let blob = blob_at(&format!("{address}/audit/1"));
    assert_eq!(client.fetch_blob(&blob).await.unwrap(), whole);
    assert_eq!((client.requests().total, client.requests().retried), (3, 2));
}

fn gzip_answer(body: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body.as_bytes())?;
    let packed = encoder.finish()?;
    let head = format!(
        "Content-Encoding: gzip\r\nContent-Length: {}\r\nConnection: close",
        packed.len()
    );
    Ok([
        format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").into_bytes(),
        packed,
    ]
    .concat())
}

#[tokio::test]
async fn the_limit_of_a_packed_body_counts_what_it_unpacks_to() {
    let body = |length: usize| format!("[\"{}\"]", "x".repeat(length - 4));
    let answers = vec![
        token_answer(),
        gzip_answer(&body(10_000)).unwrap(),
        gzip_answer(&body(5_000_000)).unwrap(),
    ];
    let address = raw_service(answers).await.unwrap();
    let client = client(&address);
    let blob = blob_at(&format!("{address}/audit/1"));
    assert_eq!(client.fetch_blob(&blob).await.unwrap(), body(10_000));
    assert_eq!(
        client.fetch_blob(&blob).await.unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    assert!(client.requests().bytes_downloaded < 100_000);
}
