//! The credential of a connection, by its settings and the environment.

use std::io;
use std::path::Path;

use anyhow::Context;
use auditlake_pipeline::{
    Certificate, CertificateSource, Credential, IdentityEndpoint, ManagedIdentity, Secret,
    WorkloadIdentity,
};

use crate::args::connection::ConnectionSettings;
use crate::exit::Usage;

/// The variable that holds the secret itself.
pub(crate) const SECRET_VARIABLE: &str = "AUDITLAKE_CLIENT_SECRET";
/// The variable that holds the label of a webhook.
pub(crate) const AUTH_ID_VARIABLE: &str = "AUDITLAKE_WEBHOOK_AUTH_ID";
/// Set by App Service, Functions and Container Apps.
const IDENTITY_ENDPOINT: &str = "IDENTITY_ENDPOINT";
/// Goes with [`IDENTITY_ENDPOINT`].
const IDENTITY_HEADER: &str = "IDENTITY_HEADER";
/// Set in a job of GitHub Actions with the permission `id-token: write`.
const GITHUB_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
/// Goes with [`GITHUB_URL`].
const GITHUB_TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/// The secret of the environment.
pub(crate) fn variable() -> Option<String> {
    filled(SECRET_VARIABLE)
}

/// The label of the environment by which a webhook's receiver knows the service.
pub(crate) fn auth_id_variable() -> Option<String> {
    filled(AUTH_ID_VARIABLE)
}

/// The label of a connection's webhook: its file's, or else that of the environment.
pub(crate) fn auth_id(
    settings: &ConnectionSettings,
    variable: Option<&str>,
) -> anyhow::Result<Option<Secret>> {
    let Some(file) = &settings.webhook_auth_id_file else {
        return Ok(variable.map(|label| Secret::new(label.to_owned())));
    };
    read("webhook auth id", file).map(|label| Some(Secret::new(label)))
}

fn filled(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The credential. Files are looked at, so that a wrong path is a matter of configuration, and are read again by the
/// client at each token request.
pub(crate) fn credential(
    settings: &ConnectionSettings,
    variable: Option<String>,
) -> anyhow::Result<Credential> {
    if let Some(file) = &settings.certificate_file {
        let source = certificate(file, settings.certificate_password_file.as_deref())?;
        return Ok(Credential::Certificate(Certificate {
            source,
            send_chain: false,
        }));
    }
    if let Some(file) = &settings.federated_token_file {
        read("federated token", file)?;
        let identity = WorkloadIdentity::TokenFile(file.clone());
        return Ok(Credential::WorkloadIdentity(identity));
    }
    if settings.github_actions {
        return github_actions();
    }
    if settings.managed_identity {
        return managed_identity(settings.client_id.clone());
    }
    secret(settings.client_secret_file.as_deref(), variable)
}

/// The secret. A line break at its end is the editor's.
fn secret(file: Option<&Path>, variable: Option<String>) -> anyhow::Result<Credential> {
    if let Some(file) = file {
        read("client secret", file)?;
        return Ok(Credential::ClientSecretFile(file.to_owned()));
    }
    let secret = variable.unwrap_or_default();
    let secret = secret.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        let hint = format!("give --client-secret-file FILE, or set {SECRET_VARIABLE}");
        return Err(Usage::new("there is no client secret")
            .with_hint(hint)
            .into());
    }
    Ok(Secret::new(secret.to_owned()).into())
}

fn certificate(file: &Path, password: Option<&Path>) -> anyhow::Result<CertificateSource> {
    look("certificate", file)?;
    let extension = file.extension().unwrap_or_default();
    if ["pfx", "p12"]
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
    {
        let password = password.map_or_else(
            || Ok(String::new()),
            |file| read("certificate password", file),
        );
        return Ok(CertificateSource::Pkcs12 {
            file: file.to_owned(),
            password: Secret::new(password?),
        });
    }
    if password.is_some() {
        let hint = "keep the key of a PEM file unencrypted and readable for this user alone, or use a .pfx or .p12 file";
        return Err(Usage::new("a password is for a .pfx or .p12 certificate")
            .with_hint(hint)
            .into());
    }
    Ok(CertificateSource::Pem {
        certificate: file.to_owned(),
        key: None,
    })
}

/// App Service tells its endpoint in the environment; elsewhere it is the instance metadata service.
fn managed_identity(client_id: Option<String>) -> anyhow::Result<Credential> {
    let (Some(endpoint), Some(header)) = (filled(IDENTITY_ENDPOINT), filled(IDENTITY_HEADER))
    else {
        return Ok(Credential::ManagedIdentity(ManagedIdentity::imds(
            client_id,
        )));
    };
    let invalid = || Usage::new(format!("{IDENTITY_ENDPOINT} is no URL"));
    Ok(Credential::ManagedIdentity(ManagedIdentity {
        endpoint: IdentityEndpoint::AppService {
            endpoint: endpoint.parse().with_context(invalid)?,
            header: Secret::new(header),
        },
        client_id,
    }))
}

/// A job's token is asked for where its environment says.
fn github_actions() -> anyhow::Result<Credential> {
    let (Some(url), Some(token)) = (filled(GITHUB_URL), filled(GITHUB_TOKEN)) else {
        return Err(
            Usage::new(format!("`{GITHUB_URL}` and `{GITHUB_TOKEN}` are not set"))
                .with_hint("give the job the permission `id-token: write`")
                .into(),
        );
    };
    let invalid = || Usage::new(format!("{GITHUB_URL} is no URL"));
    Ok(Credential::WorkloadIdentity(
        WorkloadIdentity::GitHubActions {
            request_url: url.parse().with_context(invalid)?,
            request_token: Secret::new(token),
        },
    ))
}

/// The text of a file that must not be empty, without a line break at its end.
pub(crate) fn read(what: &str, file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| unreadable(what, file))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(Usage::new(format!("the {what} file `{}` is empty", file.display())).into());
    }
    Ok(text.to_owned())
}

fn look(what: &str, file: &Path) -> anyhow::Result<()> {
    let opened: io::Result<_> = std::fs::File::open(file);
    opened.map(drop).with_context(|| unreadable(what, file))
}

fn unreadable(what: &str, file: &Path) -> Usage {
    Usage::new(format!("cannot read the {what} file `{}`", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(set: impl FnOnce(&mut ConnectionSettings)) -> ConnectionSettings {
        let mut settings = ConnectionSettings::default();
        set(&mut settings);
        settings
    }

    #[test]
    fn the_secret_is_the_files_or_else_the_variables() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        std::fs::write(&file, "from file\r\n").unwrap();
        let variable = || Some("from variable\n".to_owned());
        let settings = with(|settings| settings.client_secret_file = Some(file.clone()));
        let found = credential(&settings, variable()).unwrap();
        assert!(matches!(found, Credential::ClientSecretFile(found) if found == file));
        let found = credential(&ConnectionSettings::default(), variable()).unwrap();
        assert!(
            matches!(found, Credential::ClientSecret(secret) if secret.expose() == "from variable")
        );
        assert!(credential(&ConnectionSettings::default(), Some("\n".to_owned())).is_err());
        std::fs::write(&file, "\n").unwrap();
        assert!(credential(&settings, variable()).is_err());
    }

    #[test]
    fn a_certificate_is_of_the_kind_that_its_name_says() {
        let directory = tempfile::tempdir().unwrap();
        let [pem, pfx, password] =
            ["a.pem", "a.PFX", "password"].map(|name| directory.path().join(name));
        for file in [&pem, &pfx, &password] {
            std::fs::write(file, "s3cret\n").unwrap();
        }
        assert!(matches!(
            certificate(&pem, None),
            Ok(CertificateSource::Pem { key: None, .. })
        ));
        assert!(certificate(&pem, Some(&password)).is_err());
        let found = certificate(&pfx, Some(&password)).unwrap();
        assert!(
            matches!(found, CertificateSource::Pkcs12 { password, .. } if password.expose() == "s3cret")
        );
        assert!(certificate(&directory.path().join("none"), None).is_err());
    }
}
