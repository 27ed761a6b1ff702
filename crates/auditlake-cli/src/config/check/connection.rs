//! What is wrong with one connection.

use std::path::Path;

use crate::args::connection::ConnectionSettings;
use crate::config::keys::of_connection;
use crate::connect;
use crate::credential::{SECRET_VARIABLE, credential};
use crate::exit::{Usage, hint};

/// One connection, with what variables make of it.
pub(crate) struct OfConnection<'a> {
    /// As the file has it.
    pub(crate) name: &'a str,
    /// Variables before the file, paths resolved.
    pub(crate) settings: &'a ConnectionSettings,
    /// Whether the environment has the secret itself.
    pub(crate) has_secret: bool,
    /// Where a setting stands; of one that is not given, where its connection does.
    pub(crate) place: &'a dyn Fn(&str) -> String,
}

impl OfConnection<'_> {
    /// All that is wrong with it.
    pub(crate) fn problems(&self) -> Vec<Usage> {
        let mut problems = self.credential();
        let missing = self.missing();
        if missing.is_empty() && self.settings.check_credentials().is_ok() {
            problems.extend(self.unfit());
        }
        problems.extend(missing);
        problems
    }

    fn usage(&self, key: &str, words: &str) -> Usage {
        Usage::new(format!(
            "{}: connection `{}`: {words}",
            (self.place)(key),
            self.name
        ))
    }

    /// What tells the tenant and the application.
    fn missing(&self) -> Vec<Usage> {
        let settings = self.settings;
        let needs_client = settings.client_id.is_none() && !settings.managed_identity;
        let missing = [
            ("tenant_id", settings.tenant_id.is_none()),
            ("client_id", needs_client),
        ];
        let missing = missing.into_iter().filter(|(_, missing)| *missing);
        let usage = |(key, _): (&str, bool)| {
            let variable = key.to_uppercase();
            self.usage(key, &format!("there is no `{key}`"))
                .with_hint(format!(
                    "add a line `{key} = \"…\"`, or set AUDITLAKE_{variable}"
                ))
        };
        missing.map(usage).collect()
    }

    /// One credential that is there and that nobody else can read.
    fn credential(&self) -> Vec<Usage> {
        match self.settings.credentials().as_slice() {
            [] if self.has_secret => Vec::new(),
            [] => vec![self.none()],
            [key] => self.one(key),
            [first, second, ..] => {
                let words = format!("it has one credential, not `{first}` and `{second}`");
                vec![
                    self.usage(second, &words)
                        .with_hint("keep the one that is meant"),
                ]
            }
        }
    }

    fn none(&self) -> Usage {
        self.usage("", "it has no credential").with_hint(format!(
            "add a line `client_secret_file = \"FILE\"` or another credential, or set {SECRET_VARIABLE}"
        ))
    }

    fn one(&self, key: &str) -> Vec<Usage> {
        if let Err(error) = credential(self.settings, None) {
            let usage = self.usage(key, &chain(&error));
            return vec![usage.with_hint(hint(&error).unwrap_or_else(|| {
                "write it to a file that this user alone can read, or name another".to_owned()
            }))];
        }
        // The mode of a federated token is for the platform to choose, which writes it again every hour.
        let secrets = [
            ("client_secret_file", &self.settings.client_secret_file),
            ("certificate_file", &self.settings.certificate_file),
            (
                "certificate_password_file",
                &self.settings.certificate_password_file,
            ),
            ("webhook_auth_id_file", &self.settings.webhook_auth_id_file),
        ];
        let given = secrets
            .into_iter()
            .filter_map(|(key, file)| Some((key, file.as_deref()?)));
        given
            .filter(|(_, file)| others_can_read(file))
            .map(|(key, file)| self.readable(key, file))
            .collect()
    }

    fn readable(&self, key: &str, file: &Path) -> Usage {
        let file = file.display();
        self.usage(key, &format!("every user can read the file `{file}`"))
            .with_hint(format!(
                "`chmod o= {file}`; of a mounted secret, set its mode to 0440 or less"
            ))
    }

    /// What the client refuses of the rest: addresses and ids.
    fn unfit(&self) -> Option<Usage> {
        let error = connect::check(self.name, self.settings.clone()).err()?;
        let words = chain(&error);
        let keys = of_connection();
        let about = keys
            .iter()
            .find(|key| words.contains(&key.name.replace('_', " ")));
        let usage = self.usage(about.map_or("", |key| &key.name), &words);
        Some(match hint(&error) {
            Some(hint) => usage.with_hint(hint),
            None => usage,
        })
    }
}

/// An error with its causes in one line.
/// An error with all its causes, in one line.
pub(super) fn chain(error: &anyhow::Error) -> String {
    let words: Vec<String> = error.chain().map(ToString::to_string).collect();
    words.join(": ")
}

#[cfg(unix)]
fn others_can_read(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|found| found.permissions().mode() & 0o004 != 0)
}

/// Who may read a file is not in its mode there.
#[cfg(not(unix))]
fn others_can_read(_file: &Path) -> bool {
    false
}
