//! Changing the configuration file: what is not changed stays as it is, comments and order among it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::Config;
use crate::args::connection::ConnectionSettings;
use crate::atomic;
use crate::exit::Usage;

const CONNECTIONS: &str = "connections";

/// The configuration file, to be changed and written back.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    path: PathBuf,
    document: DocumentMut,
    config: Config,
}

impl ConfigFile {
    /// The file, or an empty one where there is none yet.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let failed = || {
            Usage::new(format!(
                "cannot read the configuration `{}`",
                path.display()
            ))
        };
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            text => text.with_context(failed)?,
        };
        // The line of an error may hold what nobody should see; the reader's own errors are told without it.
        let config = Config::parse(&text, path)?;
        let document = text.parse::<DocumentMut>().map_err(|_| failed())?;
        Ok(Self {
            path: path.to_owned(),
            document,
            config,
        })
    }

    /// Adds a connection, or gives an existing one these settings and no others.
    pub(crate) fn set(&mut self, name: &str, settings: &ConnectionSettings) -> Result<(), Usage> {
        let entries = entries(settings, &self.directory())?;
        let connections = self.connections()?;
        if !connections.contains_key(name) {
            connections.insert(name, Item::Table(Table::new()));
        }
        let table = connections.get_mut(name).and_then(Item::as_table_like_mut);
        let table = table.ok_or_else(|| no_table(name))?;
        for (key, value) in entries {
            set_value(table, key, value);
        }
        Ok(())
    }

    /// Removes a connection with its own comments, and says whether there was one.
    pub(crate) fn remove(&mut self, name: &str) -> Result<(), Usage> {
        self.config.connection(name)?;
        let connections = self.connections()?;
        let next = name_after(connections, name);
        let removed = connections.remove(name);
        let kept = removed
            .as_ref()
            .and_then(Item::as_table)
            .map(detached_comment);
        let Some(kept) = kept.filter(|kept| !kept.is_empty()) else {
            return Ok(());
        };
        let next = next.and_then(|next| connections.get_mut(&next)?.as_table_mut());
        if let Some(table) = next {
            let own = prefix(table);
            let own = own.trim_start_matches('\n');
            table.decor_mut().set_prefix(format!("{kept}{own}"));
        } else {
            let trailing = self.document.trailing().as_str().unwrap_or_default();
            let kept = kept.trim_end_matches('\n');
            self.document.set_trailing(format!("{kept}\n{trailing}"));
        }
        Ok(())
    }

    /// Writes the file in one go, after a look at whether it can be read.
    pub(crate) fn save(&self) -> anyhow::Result<()> {
        let text = self.document.to_string();
        // The blank line before a table that is now the first.
        let text = text.trim_start_matches('\n');
        Config::parse(text, &self.path)?;
        atomic::write(&self.path, text.as_bytes()).with_context(|| {
            Usage::new(format!(
                "cannot write the configuration `{}`",
                self.path.display()
            ))
        })
    }

    /// What it said when it was opened.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    fn directory(&self) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).to_owned()
    }

    fn connections(&mut self) -> Result<&mut dyn TableLike, Usage> {
        let item = self.document.entry(CONNECTIONS).or_insert_with(|| {
            let mut table = Table::new();
            // Its own header says nothing.
            table.set_implicit(true);
            Item::Table(table)
        });
        item.as_table_like_mut()
            .ok_or_else(|| no_table(CONNECTIONS))
    }
}

fn no_table(name: &str) -> Usage {
    Usage::new(format!("`{name}` of the configuration is no table"))
}

fn name_after(connections: &dyn TableLike, name: &str) -> Option<String> {
    let mut names = connections.iter().map(|(name, _)| name);
    names.find(|found| *found == name)?;
    names.next().map(str::to_owned)
}

/// The comment before a table up to the last blank line: what stands apart is about the file, what stands right above
/// is about the table.
fn detached_comment(table: &Table) -> String {
    let prefix = prefix(table);
    prefix
        .rsplit_once("\n\n")
        .map_or_else(String::new, |(apart, _)| {
            if apart.trim().is_empty() {
                String::new()
            } else {
                format!("{apart}\n\n")
            }
        })
}

fn prefix(table: &Table) -> String {
    let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str());
    prefix.unwrap_or_default().replace("\r\n", "\n")
}

/// Puts a value in the place of the old one, whose comment stays.
fn set_value(table: &mut dyn TableLike, key: &str, value: Option<Value>) {
    let Some(mut value) = value else {
        table.remove(key);
        return;
    };
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

/// Every key with its value, in the order in which they are written.
pub(super) fn entries(
    settings: &ConnectionSettings,
    directory: &Path,
) -> Result<Vec<(&'static str, Option<Value>)>, Usage> {
    let text = |value: &Option<String>| value.as_deref().map(Value::from);
    let url = |url: &Option<url::Url>| {
        url.as_ref()
            .map(|url| Value::from(url.as_str().trim_end_matches('/')))
    };
    let file = |path: &Option<PathBuf>| {
        path.as_deref()
            .map(|path| written(path, directory))
            .transpose()
    };
    let cloud = settings
        .cloud
        .as_ref()
        .and_then(ValueEnum::to_possible_value);
    Ok(vec![
        ("cloud", cloud.map(|cloud| Value::from(cloud.get_name()))),
        ("api_address", url(&settings.api_address)),
        ("authority", url(&settings.authority)),
        ("graph_address", url(&settings.graph_address)),
        ("tenant_id", text(&settings.tenant_id)),
        ("client_id", text(&settings.client_id)),
        ("client_secret_file", file(&settings.client_secret_file)?),
        ("certificate_file", file(&settings.certificate_file)?),
        (
            "certificate_password_file",
            file(&settings.certificate_password_file)?,
        ),
        (
            "federated_token_file",
            file(&settings.federated_token_file)?,
        ),
        (
            "github_actions",
            settings.github_actions.then(|| Value::from(true)),
        ),
        (
            "managed_identity",
            settings.managed_identity.then(|| Value::from(true)),
        ),
        ("publisher_identifier", text(&settings.publisher_identifier)),
        (
            "requests_per_minute",
            settings
                .requests_per_minute
                .map(|limit| Value::from(i64::from(limit))),
        ),
        (
            "graph_requests_per_minute",
            settings
                .graph_requests_per_minute
                .map(|limit| Value::from(i64::from(limit))),
        ),
        (
            "webhook_auth_id_file",
            file(&settings.webhook_auth_id_file)?,
        ),
    ])
}

/// A path as the file has it: relative to the file where it is below, absolute elsewhere.
fn written(path: &Path, directory: &Path) -> Result<Value, Usage> {
    let absolute = |path: &Path| {
        std::path::absolute(path)
            .map_err(|error| Usage::new(format!("`{}`: {error}", path.display())))
    };
    let directory = if directory == Path::new("") {
        Path::new(".")
    } else {
        directory
    };
    let (path, directory) = (absolute(path)?, absolute(directory)?);
    let path = path.strip_prefix(&directory).unwrap_or(&path);
    let text = path.to_str();
    text.map(Value::from)
        .ok_or_else(|| Usage::new(format!("`{}` is not UTF-8", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# The collector's connections.

# Production.
[connections.contoso] # main
tenant_id = \"t\" # by portal
client_secret_file = 's.txt'

# For trials.
[connections.\"lab.1\"]
cloud = \"gcc\"
";

    fn open(directory: &Path, text: &str) -> ConfigFile {
        let path = directory.join("auditlake.toml");
        fs::write(&path, text).expect("a file");
        ConfigFile::open(&path).expect("a configuration")
    }

    fn settings(tenant: &str) -> ConnectionSettings {
        ConnectionSettings {
            tenant_id: Some(tenant.to_owned()),
            ..ConnectionSettings::default()
        }
    }

    #[track_caller]
    fn check(text: &str, change: impl FnOnce(&mut ConfigFile), expected: &str) {
        let directory = tempfile::tempdir().expect("a directory");
        let mut file = open(directory.path(), text);
        change(&mut file);
        file.save().expect("saved");
        assert_eq!(fs::read_to_string(&file.path).expect("read"), expected);
    }

    #[test]
    fn a_new_connection_goes_to_the_end() {
        let add = |file: &mut ConfigFile| file.set("new.one", &settings("n")).unwrap();
        check(
            FILE,
            add,
            &format!("{FILE}\n[connections.\"new.one\"]\ntenant_id = \"n\"\n"),
        );
        let add = |file: &mut ConfigFile| file.set("new", &settings("n")).unwrap();
        check("", add, "[connections.new]\ntenant_id = \"n\"\n");
    }

    #[test]
    fn a_connection_is_replaced_in_its_place_and_keeps_its_comments() {
        let replace = |file: &mut ConfigFile| file.set("contoso", &settings("other")).unwrap();
        let expected = FILE
            .replace("\"t\"", "\"other\"")
            .replace("client_secret_file = 's.txt'\n", "");
        check(FILE, replace, &expected);
    }

    #[test]
    fn a_connection_goes_with_its_own_comment_alone() {
        let remove = |name: &'static str| move |file: &mut ConfigFile| file.remove(name).unwrap();
        let expected = "# The collector's connections.\n\n# For trials.\n[connections.\"lab.1\"]\ncloud = \"gcc\"\n";
        check(FILE, remove("contoso"), expected);
        let (expected, _) = FILE.split_once("\n# For trials.").unwrap();
        check(FILE, remove("lab.1"), expected);
        let only = "# About the file.\n\n[connections.a]\ntenant_id = \"t\"\n";
        check(only, remove("a"), "# About the file.\n");
    }

    #[test]
    fn inline_tables_can_be_changed_too() {
        let add = |file: &mut ConfigFile| file.set("b", &settings("n")).unwrap();
        check(
            "connections = { a = { tenant_id = \"t\" } }\n",
            add,
            "connections = { a = { tenant_id = \"t\" } , b = { tenant_id = \"n\" } }\n",
        );
    }

    #[test]
    fn every_key_is_written() {
        let mut written: Vec<_> = entries(&ConnectionSettings::default(), Path::new("")).unwrap();
        let mut keys = crate::config::keys::names::<ConnectionSettings>();
        written.sort_by_key(|(key, _)| *key);
        keys.sort();
        assert_eq!(
            written.iter().map(|(key, _)| *key).collect::<Vec<_>>(),
            keys
        );
    }

    #[test]
    fn a_path_is_relative_to_the_file_where_it_can_be() {
        let directory = std::path::absolute("conf").unwrap();
        let value = |path: &Path| {
            written(path, Path::new("conf"))
                .unwrap()
                .as_str()
                .map(str::to_owned)
        };
        assert_eq!(value(&directory.join("s.txt")).as_deref(), Some("s.txt"));
        assert_eq!(value(Path::new("conf/s.txt")).as_deref(), Some("s.txt"));
        let outside = std::path::absolute("s.txt").unwrap();
        assert_eq!(value(Path::new("s.txt")).as_deref(), outside.to_str());
    }
}
