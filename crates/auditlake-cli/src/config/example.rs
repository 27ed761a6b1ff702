//! An example of the configuration file with every key, and the page of the reference; both made of the keys.

use std::fmt::Write as _;

use super::keys::{Key, of_connection, of_ingest, of_receiver};

/// What a connection cannot do without, and the commonest credential; all else is behind a `#`.
const NEEDED: [&str; 3] = ["tenant_id", "client_id", "client_secret_file"];

const HEAD: &str = "\
# Configuration of Auditlake: `auditlake.toml` in the working directory, or what --config or AUDITLAKE_CONFIG names.
# Every key is here; those behind a `#` are not needed. `auditlake config check` says what is wrong with the file.
#
# A flag goes before its variable, that before the file, and the file before the default.
# Paths are relative to the file. No secret stands in it: secrets are in files of their own, for this user alone.
";

const CONNECTION: &str = "\
# A way into a tenant, with a name of your own; there may be any number of them.
# It has one credential: a secret, a certificate, a federated token, a job's token or a managed identity.
[connections.contoso]
";

const INGEST: &str = "\
# When `auditlake ingest` works, and how much at once.
[ingest]
";

const RECEIVE: &str = "\
# Where `auditlake receive` takes the service's notifications; the rest of it is as for `ingest`.
[receive]
";

/// The example.
pub(crate) fn example() -> String {
    let sections = [
        (CONNECTION, of_connection()),
        (INGEST, of_ingest()),
        (RECEIVE, of_receiver()),
    ];
    let mut text = HEAD.to_owned();
    for (head, keys) in sections {
        text = text + "\n" + head;
        for key in &keys {
            text = text + "\n" + &entry(key);
        }
    }
    text
}

fn entry(key: &Key) -> String {
    let off = if NEEDED.contains(&key.name.as_str()) {
        ""
    } else {
        "#"
    };
    format!(
        "# {}.\n# {}\n{off}{} = {}\n",
        key.meaning,
        facts(key),
        key.name,
        key.sample
    )
}

fn facts(key: &Key) -> String {
    let mut facts = String::new();
    if !key.choices.is_empty() {
        facts = format!("One of {}. ", key.choices.join(", "));
    }
    if let Some(default) = &key.default {
        facts = format!("{facts}Default: {default}. ");
    }
    format!("{facts}Flag {}, variable {}.", key.flag, key.variable)
}

const PAGE: &str = "\
# Configuration file

Auditlake reads `auditlake.toml` in the working directory, or the file that `--config FILE` or `AUDITLAKE_CONFIG` names.
It needs none: everything in it can be given by flags and variables as well. `auditlake config check` says what is wrong
with a file, `auditlake config show` what holds and where it comes from, `auditlake config example` writes the example
below.

## What goes before what

1. the flag,
2. the variable of the environment,
3. the file,
4. the default.

Every key below has a flag and an `AUDITLAKE_…` variable. Some things go together:

- A credential is one thing: one that is given by flag or variable replaces that of the file, whatever its kind.
- A cloud that is given by flag or variable replaces the addresses of the file.
- `AUDITLAKE_CLIENT_SECRET` holds the secret itself. It goes before the credential that the file has for a connection; when
  `ingest` works for several connections, it serves those that name no credential.

Paths in the file are relative to the file. An unknown key is an error, and so is a value of another type.
";

/// `docs/reference/config.md`.
pub fn config_page() -> String {
    let mut page = PAGE.to_owned();
    page += &section("`[connections.NAME]`", &of_connection());
    page += &section("`[ingest]`", &of_ingest());
    page += &section("`[receive]`", &of_receiver());
    page + "\n## Example\n\n```toml\n" + &example() + "```\n"
}

fn section(title: &str, keys: &[Key]) -> String {
    let mut text = format!(
        "\n## {title}\n\n| Key | What it is | Default | Flag | Variable |\n| --- | --- | --- | --- | --- |\n"
    );
    for key in keys {
        let default = key.default.as_deref().unwrap_or("none");
        // Writing to a string cannot fail.
        writeln!(
            text,
            "| `{}` | {} | {default} | `{}` | `{}` |",
            key.name,
            meaning(key),
            key.flag,
            key.variable
        )
        .unwrap_or_default();
    }
    text
}

fn meaning(key: &Key) -> String {
    if key.choices.is_empty() {
        return key.meaning.clone();
    }
    format!("{}: `{}`", key.meaning, key.choices.join("`, `"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;
    use crate::config::keys::all;

    fn read(text: &str) -> anyhow::Result<Config> {
        Config::parse(text, Path::new("auditlake.toml"))
    }

    #[test]
    fn the_example_is_read_and_has_what_a_connection_needs() {
        let config = read(&example()).unwrap();
        let settings = config.connection("contoso").unwrap();
        assert_eq!(settings.credentials(), ["client_secret_file"]);
        assert!(settings.tenant_id.is_some() && settings.client_id.is_some());
    }

    #[test]
    fn every_key_that_is_off_can_be_turned_on() {
        let example = example();
        let is_off = |line: &&str| line.starts_with('#') && !line.starts_with("# ") && *line != "#";
        let off: Vec<&str> = example.lines().filter(is_off).collect();
        assert_eq!(off.len() + NEEDED.len(), all().len());
        let secret = "\nclient_secret_file";
        for line in off {
            let text = example.replace(
                &format!("\n{line}\n"),
                &format!("\n{}\n", line.trim_start_matches('#')),
            );
            // Another credential takes the place of the secret.
            let read =
                read(&text).or_else(|_| read(&text.replace(secret, "\n#client_secret_file")));
            let config = read.map_err(|error| format!("{line}: {error}")).unwrap();
            assert_ne!(config, self::read(&example).unwrap(), "{line}");
        }
    }

    #[test]
    fn the_page_has_every_key_and_the_example() {
        let page = config_page();
        for key in all() {
            assert!(
                page.contains(&format!("\n| `{}` | ", key.name)),
                "{}",
                key.name
            );
        }
        assert!(page.contains(&example()));
    }
}
