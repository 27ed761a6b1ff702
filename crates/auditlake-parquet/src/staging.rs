//! What a put on a disk leaves when its process is killed.
//!
//! `object_store` stages a local file as `<name>#<number>`, gives it its name when it is whole, and shows it in no list.

use std::ffi::OsStr;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A staging file: the bytes of an object that is not there yet, or that just came to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Staging(PathBuf);

impl Staging {
    /// The last part of the name that the object has or was to have.
    pub fn object_name(&self) -> String {
        let name = self.0.file_name().unwrap_or_default().to_string_lossy();
        name.rsplit_once('#')
            .map_or_else(|| name.to_string(), |(name, _)| name.to_owned())
    }

    /// What was written, as far as it was; none when the file is gone.
    ///
    /// # Errors
    ///
    /// [`crate::Error::Staging`] if it cannot be read.
    pub async fn read(&self) -> std::result::Result<Option<Vec<u8>>, crate::Error> {
        match tokio::fs::read(&self.0).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.error(error)),
        }
    }

    /// When it was last written to, by the disk's clock; none when the file is gone.
    pub async fn modified(&self) -> Option<SystemTime> {
        tokio::fs::metadata(&self.0).await.ok()?.modified().ok()
    }

    /// Removes it. A put that was still under way fails, and may be tried again.
    ///
    /// # Errors
    ///
    /// [`crate::Error::Staging`] if it cannot be removed.
    pub async fn remove(&self) -> std::result::Result<(), crate::Error> {
        remove_if_there(&self.0)
            .await
            .map_err(|error| self.error(error))
    }

    fn error(&self, source: Error) -> crate::Error {
        crate::Error::staging(&self.object_name())(source)
    }
}

/// All staging files below a directory.
pub(crate) fn below(directory: &Path) -> Result<Vec<Staging>> {
    let mut found = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        let entries = match std::fs::read_dir(&directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                directories.push(entry.path());
            } else if object_of(&entry.file_name()).is_some() {
                found.push(Staging(entry.path()));
            }
        }
    }
    Ok(found)
}

/// Removes the staging files of one object.
pub(crate) async fn remove_beside(object: &Path) -> Result<()> {
    let (Some(directory), Some(name)) = (object.parent(), object.file_name()) else {
        return Ok(());
    };
    let mut entries = match tokio::fs::read_dir(directory).await {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    while let Some(entry) = entries.next_entry().await? {
        if object_of(&entry.file_name()) == Some(name.as_encoded_bytes()) {
            remove_if_there(&entry.path()).await?;
        }
    }
    Ok(())
}

async fn remove_if_there(file: &Path) -> Result<()> {
    match tokio::fs::remove_file(file).await {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// The name of the object that a file stages; none when the file is no staging file.
fn object_of(file: &OsStr) -> Option<&[u8]> {
    let name = file.as_encoded_bytes();
    let at = name.iter().rposition(|byte| *byte == b'#')?;
    let (object, number) = (name.get(..at)?, name.get(at + 1..)?);
    let is_number = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
    is_number.then_some(object)
}
