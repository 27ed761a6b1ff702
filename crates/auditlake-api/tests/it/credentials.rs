//! Each credential at its token endpoint.

use std::path::{Path, PathBuf};

use auditlake_api::{
    Certificate, CertificateSource, Client, ClientConfig, Credential, CredentialKind,
    EntraTokenProvider, Error, ErrorKind, IdentityEndpoint, ManagedIdentity, RetryPolicy, Secret,
    TokenConfig, WorkloadIdentity,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};

use crate::certificates::{TestCertificate, assertion, chain, form};
use crate::mock::{Mock, TENANT, answer};

const SCOPE: &str = "https://storage.azure.com/.default";
const SHORT: &str = r#"{"access_token":"short","expires_in":0}"#;

fn config(mock: &Mock, credential: Credential) -> TokenConfig {
    let authority = mock.address.parse().expect("the mock's address is a URL");
    let mut config = TokenConfig::new(authority, TENANT, "mock-client", credential);
    config.retry = RetryPolicy::NONE;
    config
}

fn provider(mock: &Mock, credential: Credential) -> EntraTokenProvider {
    EntraTokenProvider::new(config(mock, credential)).expect("the configuration is valid")
}

fn pem(certificate: PathBuf, key: Option<PathBuf>, send_chain: bool) -> Credential {
    Credential::Certificate(Certificate {
        source: CertificateSource::Pem { certificate, key },
        send_chain,
    })
}

fn pkcs12(file: PathBuf, password: &str) -> Credential {
    let password = Secret::new(password.to_owned());
    Credential::Certificate(Certificate {
        source: CertificateSource::Pkcs12 { file, password },
        send_chain: false,
    })
}

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, content).expect("a temporary folder can be written");
    file
}

/// The error's text and that of all its sources.
fn chain_of(error: &dyn std::error::Error) -> String {
    let rest = error.source().map(chain_of).unwrap_or_default();
    format!("{error} {error:?} {rest}")
}

async fn refusal(mock: &Mock, credential: Credential) -> Error {
    let given = provider(mock, credential).token(SCOPE).await;
    given.expect_err("no token is given")
}

#[tokio::test]
async fn a_certificate_signs_each_request_anew_whatever_file_it_is_in() {
    let folder = tempfile::tempdir().unwrap();
    let test = TestCertificate::new().unwrap();
    let (cert, key) = (test.certificate.pem(), test.key.serialize_pem());
    let both = write(folder.path(), "both.pem", format!("{key}{cert}"));
    let cert = write(folder.path(), "tls.crt", cert);
    let key = write(folder.path(), "tls.key", key);
    let pfx = write(folder.path(), "app.pfx", test.pkcs12("p4ss").unwrap());
    for credential in [
        pem(both, None, false),
        pem(cert, Some(key), true),
        pkcs12(pfx, "p4ss"),
    ] {
        let mock = Mock::start([]).await;
        mock.trust(test.trusted("mock-client"));
        mock.script_tokens([answer(200, SHORT)]);
        let provider = provider(&mock, credential.clone());
        provider.token(SCOPE).await.unwrap();
        let token = provider.token(SCOPE).await.unwrap();
        assert_eq!(token.secret().expose(), "token-2");
        let [first, second] = mock.token_requests().try_into().unwrap();
        assert_eq!(form(&first)["scope"], SCOPE);
        let (first, second) = (assertion(&first).unwrap(), assertion(&second).unwrap());
        assert_ne!(first, second);
        let sent = matches!(&credential, Credential::Certificate(one) if one.send_chain)
            .then(|| vec![test.certificate.der().to_vec()]);
        assert_eq!(chain(&first).unwrap(), sent);
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_registered_is_told_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (
        TestCertificate::new().unwrap(),
        TestCertificate::new().unwrap(),
    );
    let check = async |cert: &TestCertificate, key: &TestCertificate, client_id: &str| {
        let text = format!("{}{}", cert.certificate.pem(), key.key.serialize_pem());
        let file = write(folder.path(), "app.pem", text);
        let mock = Mock::start([]).await;
        mock.trust(ours.trusted(client_id));
        let error = refusal(&mock, pem(file, None, false)).await;
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Credentials, Some("AADSTS700027"))
        );
        assert!(
            error
                .hint()
                .is_some_and(|hint| hint.contains("not registered"))
        );
    };
    check(&other, &other, "mock-client").await;
    check(&ours, &other, "mock-client").await;
    check(&other, &ours, "mock-client").await;
    check(&ours, &ours, "another-client").await;
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named_and_its_content_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let test = TestCertificate::new().unwrap();
    let elliptic = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let elliptic = TestCertificate::of(elliptic).unwrap();
    let file = |name: &str, content: String| write(folder.path(), name, content);
    let elliptic = elliptic.certificate.pem() + &elliptic.key.serialize_pem();
    let no_key = file("no-key.pem", test.certificate.pem());
    let no_cert = file("no-cert.pem", test.key.serialize_pem());
    let pfx = write(folder.path(), "app.pfx", test.pkcs12("right").unwrap());
    let mock = Mock::start([]).await;
    for (credential, words) in [
        (pem(file("ec.pem", elliptic), None, false), "is not RSA"),
        (pem(no_key, None, false), "no unencrypted private key"),
        (pem(no_cert, None, false), "no certificate"),
        (pkcs12(pfx, "wr0ng-p4ss"), "with this password"),
        (
            Credential::ClientSecretFile(file("empty", " \n".to_owned())),
            "is empty",
        ),
        (
            Credential::ClientSecretFile("/does/not/exist".into()),
            "cannot be read",
        ),
    ] {
        let error = refusal(&mock, credential.clone()).await;
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(error.to_string().contains(words), "{error}");
        let shown = format!("{} {credential:?}", chain_of(&error));
        assert!(
            !shown.contains("PRIVATE KEY") && !shown.contains("wr0ng"),
            "{shown}"
        );
    }
    assert!(mock.token_requests().is_empty());
}

#[tokio::test]
async fn files_are_read_at_each_request_and_trimmed() {
    let folder = tempfile::tempdir().unwrap();
    let check = async |credential: fn(PathBuf) -> Credential, member: &str| {
        let file = write(folder.path(), "rotated", "first\n");
        let mock = Mock::start([]).await;
        mock.script_tokens([answer(200, SHORT)]);
        let provider = provider(&mock, credential(file));
        provider.token(SCOPE).await.unwrap();
        write(folder.path(), "rotated", "second\r\n");
        provider.token(SCOPE).await.unwrap();
        let [first, second] = mock.token_requests().try_into().unwrap();
        assert_eq!(form(&first)[member], "first");
        assert_eq!(form(&second)[member], "second");
    };
    check(Credential::ClientSecretFile, "client_secret").await;
    let federated = |file| Credential::WorkloadIdentity(WorkloadIdentity::TokenFile(file));
    check(federated, "client_assertion").await;
}

fn github(mock: &Mock) -> Credential {
    let url = format!("{}/idtoken?api-version=2.0", mock.address);
    Credential::WorkloadIdentity(WorkloadIdentity::GitHubActions {
        request_url: url.parse().expect("the mock's address is a URL"),
        request_token: Secret::new("w0rkfl0w".to_owned()),
    })
}

#[tokio::test]
async fn a_workflow_gets_its_assertion_from_its_issuer() {
    let mock = Mock::start([answer(200, r#"{"count":1,"value":"f0reign"}"#)]).await;
    provider(&mock, github(&mock)).token(SCOPE).await.unwrap();
    let [seen] = mock.seen().try_into().unwrap();
    let audience = "audience=api%3A%2F%2FAzureADTokenExchange";
    assert_eq!(seen.uri, format!("/idtoken?api-version=2.0&{audience}"));
    assert_eq!(seen.header("authorization"), "Bearer w0rkfl0w");
    let [request] = mock.token_requests().try_into().unwrap();
    assert_eq!(assertion(&request).as_deref(), Some("f0reign"));
}

fn imds(mock: &Mock, client_id: Option<&str>) -> Credential {
    let endpoint = format!("{}/metadata/identity/oauth2/token", mock.address);
    Credential::ManagedIdentity(ManagedIdentity {
        endpoint: IdentityEndpoint::Imds(endpoint.parse().expect("the mock's address is a URL")),
        client_id: client_id.map(str::to_owned),
    })
}

fn app_service(mock: &Mock) -> Credential {
    let endpoint = format!("{}/msi/token", mock.address);
    Credential::ManagedIdentity(ManagedIdentity {
        endpoint: IdentityEndpoint::AppService {
            endpoint: endpoint.parse().expect("the mock's address is a URL"),
            header: Secret::new("h3ad3r".to_owned()),
        },
        client_id: None,
    })
}

#[tokio::test]
async fn a_managed_identity_asks_its_endpoint_and_not_the_authority() {
    let now = jiff::Timestamp::now().as_second();
    let token = r#"{"access_token":"m","expires_in":"86400","expires_on":"1"}"#;
    let late = format!(r#"{{"access_token":"m","expires_on":"{}"}}"#, now + 3_600);
    let resource = "resource=https%3A%2F%2Fstorage.azure.com";

    let mock = Mock::start([answer(410, ""), answer(200, token)]).await;
    let mut patient = config(&mock, imds(&mock, Some("user-assigned")));
    patient.client_id = String::new();
    patient.retry = RetryPolicy::BRIEF;
    let provider_of_vm = EntraTokenProvider::new(patient).unwrap();
    let given = provider_of_vm.token(SCOPE).await.unwrap();
    assert_eq!(given.expires().as_second().abs_diff(now + 86_400) / 60, 0);
    let seen = mock.seen().pop().unwrap();
    let path = "/metadata/identity/oauth2/token?api-version=2018-02-01";
    assert_eq!(
        seen.uri,
        format!("{path}&{resource}&client_id=user-assigned")
    );
    assert_eq!(
        (seen.header("metadata"), seen.method.as_str()),
        ("true", "GET")
    );

    let mock_of_app = Mock::start([answer(200, &late)]).await;
    let given = provider(&mock_of_app, app_service(&mock_of_app))
        .token(SCOPE)
        .await
        .unwrap();
    assert_eq!(given.expires().as_second().abs_diff(now + 3_600) / 60, 0);
    let [seen] = mock_of_app.seen().try_into().unwrap();
    assert_eq!(
        seen.uri,
        format!("/msi/token?api-version=2019-08-01&{resource}")
    );
    assert_eq!(seen.header("x-identity-header"), "h3ad3r");
    assert!(mock.token_requests().is_empty() && mock_of_app.token_requests().is_empty());
}

#[tokio::test]
async fn a_metadata_service_that_is_not_there_is_told_with_a_hint() {
    let mock = Mock::start([]).await;
    let mut identity = ManagedIdentity::imds(None);
    // Port 9 (discard) of the loopback host: nothing listens there.
    identity.endpoint = IdentityEndpoint::Imds("http://127.0.0.1:9/token".parse().unwrap());
    let error = refusal(&mock, Credential::ManagedIdentity(identity)).await;
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("169.254.169.254"))
    );
}

#[tokio::test]
async fn each_scope_has_its_own_token() {
    let mock = Mock::start([]).await;
    let provider = provider(&mock, Secret::new("s".to_owned()).into());
    let token = async |scope| {
        let token = provider.clone().token(scope).await.unwrap();
        token.secret().expose().to_owned()
    };
    assert_eq!(token(SCOPE).await, "token-1");
    assert_eq!(
        token("https://graph.microsoft.com/.default").await,
        "token-2"
    );
    assert_eq!(token(SCOPE).await, "token-1");
    let held = provider.token(SCOPE).await.unwrap();
    provider.reject(SCOPE, &held).await;
    assert_eq!(token(SCOPE).await, "token-3");
    assert_eq!(
        token("https://graph.microsoft.com/.default").await,
        "token-2"
    );
}

#[tokio::test]
async fn the_token_tells_about_itself_and_its_credential() {
    let claims = r#"{"roles":["ActivityFeed.Read"],"tid":"t","aud":"a","appid":"c"}"#;
    let token = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims));
    let mock = Mock::start([]).await;
    mock.script_tokens([answer(
        200,
        &format!(r#"{{"access_token":"{token}","expires_in":60}}"#),
    )]);
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "secret", "s");
    let address: url::Url = mock.address.parse().unwrap();
    let credential = Credential::ClientSecretFile(file);
    let config = ClientConfig::new(address.clone(), address, TENANT, "c", credential);
    let info = Client::new(config).unwrap().token_info().await.unwrap();
    assert_eq!(info.credential, CredentialKind::ClientSecretFile);
    assert_eq!(info.roles, ["ActivityFeed.Read"]);
    assert_eq!(
        (
            info.tenant_id.as_deref(),
            info.audience.as_deref(),
            info.app_id.as_deref()
        ),
        (Some("t"), Some("a"), Some("c"))
    );
    let left = info.expires.duration_since(jiff::Timestamp::now());
    assert!((50..=60).contains(&left.as_secs()), "{left:?}");
}

#[tokio::test]
async fn a_redirect_does_not_carry_the_credential_away() {
    let foreign = Mock::start([]).await;
    let elsewhere = || answer(307, "").header("location", &foreign.address);
    let mock = Mock::start([elsewhere(), elsewhere()]).await;
    mock.script_tokens([elsewhere()]);
    for credential in [
        Secret::new("s".to_owned()).into(),
        github(&mock),
        app_service(&mock),
    ] {
        let error = refusal(&mock, credential).await;
        assert_eq!(error.kind(), ErrorKind::RefusedUri);
    }
    assert!(foreign.seen().is_empty() && foreign.token_requests().is_empty());
}

#[tokio::test]
async fn whoever_echoes_a_credential_does_not_put_it_into_the_error() {
    let folder = tempfile::tempdir().unwrap();
    let test = TestCertificate::new().unwrap();
    let both = test.certificate.pem() + &test.key.serialize_pem();
    let both = write(folder.path(), "app.pem", both);
    let secret = write(folder.path(), "secret", "f1l3~s3cr3t\n");
    let federated = write(folder.path(), "federated", "f3d3rat3d.t0k3n\n");
    let federated = Credential::WorkloadIdentity(WorkloadIdentity::TokenFile(federated));
    let echo = || answer(400, "{echo}").header("request-id", "{echo}");
    for (credential, issuer) in [
        (Credential::ClientSecretFile(secret), None),
        (pem(both, None, true), None),
        (federated, None),
        (Secret::new("m3m0ry~s3cr3t".to_owned()).into(), None),
        (github(&Mock::start([echo()]).await), None),
        (app_service(&Mock::start([echo()]).await), None),
        (Credential::ClientSecretFile("/".into()), Some("workflow")),
    ] {
        let mock = Mock::start([answer(200, r#"{"value":"f0reign"}"#)]).await;
        mock.script_tokens([echo()]);
        let credential = issuer.map_or(credential, |_| github(&mock));
        let shown = chain_of(&refusal(&mock, credential).await);
        assert!(shown.contains("400") && shown.contains("***"), "{shown}");
        let sent = mock
            .token_requests()
            .first()
            .and_then(|body| assertion(body));
        for hidden in ["s3cr3t", "f3d3rat3d", "w0rkfl0w", "h3ad3r", "f0reign"] {
            assert!(!shown.contains(hidden), "`{hidden}` in {shown}");
        }
        assert!(sent.is_none_or(|sent| !shown.contains(&sent)), "{shown}");
    }
}
