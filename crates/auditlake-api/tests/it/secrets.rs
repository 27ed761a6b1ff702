//! Neither the client secret nor a token shows up in anything that could be printed.

use auditlake_api::ContentType;

use crate::mock::{CLIENT_SECRET, Mock, answer, window};

#[track_caller]
fn assert_clean(shown: &str) {
    for hidden in [CLIENT_SECRET, "mock-s3cr3t%7Evalue", "token-1", "token-2"] {
        assert!(!shown.contains(hidden), "`{hidden}` in {shown}");
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let rest = error.source().map(chain).unwrap_or_default();
    format!("{error} {error:?} {rest}")
}

#[tokio::test]
async fn configuration_client_and_listing_hide_them() {
    let mock = Mock::start([answer(200, "[]")]).await;
    let client = mock.client();
    let mut pages = client.list_content(ContentType::Exchange, window());
    pages.next_page().await.unwrap();
    assert_clean(&format!(
        "{:?} {client:?} {client:#?} {pages:?}",
        mock.config()
    ));
}

#[tokio::test]
async fn an_answer_that_echoes_the_token_does_not_put_it_into_the_error() {
    let echo = r#"{"error":{"code":"AF20001","message":"got Bearer token-1"}}"#;
    let mock = Mock::start([
        answer(400, echo),
        answer(400, "Bearer token-1"),
        answer(400, "{echo}").header("request-id", "{echo}"),
        answer(200, "{echo}").header("request-id", "{echo}"),
    ])
    .await;
    let client = mock.client();
    for _ in 0..4 {
        assert_clean(&chain(&client.fetch_blob(&mock.blob()).await.unwrap_err()));
    }
}

#[tokio::test]
async fn an_authority_that_echoes_the_form_does_not_put_the_secret_into_the_error() {
    let mock = Mock::start([]).await;
    let plain = format!("got {CLIENT_SECRET} and client_secret=mock-s3cr3t%7Evalue");
    mock.script_tokens([answer(400, &plain), answer(200, r#"{"token":"token-1"}"#)]);
    let client = mock.client();
    for _ in 0..2 {
        let error = client.token_roles().await.unwrap_err();
        assert_clean(&chain(&error));
    }
}
