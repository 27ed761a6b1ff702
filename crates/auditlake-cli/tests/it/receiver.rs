//! A server that answers one request.

use std::io::{BufRead, BufReader, Result, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

/// Answers one request with 200 and `body`; gives its address, and hands out the request's head in small letters.
pub(crate) fn answer_once(body: String) -> Result<(String, JoinHandle<Result<String>>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}/hook", listener.local_addr()?);
    let answer = move || {
        let (mut stream, _) = listener.accept()?;
        let lines = BufReader::new(stream.try_clone()?).lines();
        let head: Result<Vec<String>> = lines
            .take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()))
            .collect();
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )?;
        Ok(head?.join("\n").to_lowercase())
    };
    Ok((address, std::thread::spawn(answer)))
}
