//! SharePoint and OneDrive: files and folders (record type 6).
//!
//! *What it covers:* access, download, upload, change, deletion, renaming, copying, moving, locking, synchronisation.
//! *Mapping:* File Hosting Activity; the item is `file`, what came out of it `file_result`. Malware is a finding.
//! *Deliberate:* a record without a file name is API Activity, since File Hosting Activity demands one.
//! *Left out:* identifiers of site, web and list, which stay in `unmapped`.

use super::{Operation, Otherwise, Outcome, Workload, as_decided, op};
use crate::class::{DETECTION_FINDING, FILE_HOSTING};
use crate::event::Event;
use crate::items::{self, last_part};
use crate::schema::path::{at, list};

/// Files and folders.
pub(super) static WORKLOAD: Workload = Workload {
    slug: "sharepoint_files",
    name: "SharePoint and OneDrive files",
    record_types: &[6],
    operations: OPERATIONS,
    otherwise: Otherwise {
        class: &FILE_HOSTING,
        activity: None,
    },
    fields: items::FIELDS,
    things: &[],
    refine: as_decided,
    map,
};

const OTHER: u8 = 99;

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    op(&["FileAccessed", "FileAccessedExtended", "FileFetched", "FileViewed", "AnonymousLinkUsed", "CompanyLinkUsed", "SecureLinkUsed"], &FILE_HOSTING, 14),
    op(&["FilePreviewed"], &FILE_HOSTING, 9),
    op(&["FileDownloaded", "FileSyncDownloadedFull", "FileSyncDownloadedPartial"], &FILE_HOSTING, 2),
    op(&["FileUploaded", "FileSyncUploadedFull", "FileSyncUploadedPartial", "FileUploadedPartial"], &FILE_HOSTING, 1),
    op(&["FileModified", "FileModifiedExtended", "FolderModified", "ComplianceSettingChanged", "FileSensitivityLabelApplied", "FileSensitivityLabelChanged", "FileSensitivityLabelRemoved", "DocumentSensitivityMismatchDetected"], &FILE_HOSTING, 3),
    op(&["FileDeleted", "FileRecycled", "FileDeletedFirstStageRecycleBin", "FileDeletedSecondStageRecycleBin", "FileVersionRecycled", "FileVersionsAllRecycled", "FileVersionsAllMinorsRecycled", "FileVersionsAllDeleted", "FolderDeleted", "FolderRecycled", "FolderDeletedFirstStageRecycleBin", "FolderDeletedSecondStageRecycleBin", "RecordDelete"], &FILE_HOSTING, 4),
    op(&["FileRenamed", "FolderRenamed"], &FILE_HOSTING, 5),
    op(&["FileCopied", "FolderCopied"], &FILE_HOSTING, 6),
    op(&["FileMoved", "FolderMoved"], &FILE_HOSTING, 7),
    op(&["FileRestored", "FolderRestored"], &FILE_HOSTING, 8),
    op(&["FileCheckedOut", "LockRecord"], &FILE_HOSTING, 10),
    op(&["FileCheckedIn", "FileCheckOutDiscarded", "UnlockRecord"], &FILE_HOSTING, 11),
    op(&["ManagedSyncClientAllowed", "SyncGetChanges"], &FILE_HOSTING, 15),
    op(&["UnmanagedSyncClientBlocked"], &FILE_HOSTING, 15).outcome(Outcome::Failure),
    op(&["FolderCreated"], &FILE_HOSTING, OTHER),
    op(&["FileMalwareDetected"], &DETECTION_FINDING, 1),
    op(&["File*", "Folder*"], &FILE_HOSTING, OTHER),
];

fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == FILE_HOSTING.uid => set_hosting(event),
        uid if uid == DETECTION_FINDING.uid => set_malware(event),
        _ => {}
    }
}

fn set_hosting(event: &mut Event<'_, '_>) {
    items::set_file(event);
    set_result(event);
    if event.record.text("Operation").as_deref() == Some("UnmanagedSyncClientBlocked") {
        event.set_id(at!("action_id"), at!("action"), (2, "Denied"));
        event.set_id(at!("disposition_id"), at!("disposition"), (2, "Blocked"));
    }
}

/// The file after a rename, copy or move.
fn set_result(event: &mut Event<'_, '_>) {
    if !matches!(event.activity_id, 5..=7) {
        return;
    }
    if event.copy("DestinationFileName", at!("file_result.name")) {
        let record = event.record;
        let folder = event.int(at!("file.type_id")) == Some(2);
        event.set_id(
            at!("file_result.type_id"),
            at!("file_result.type"),
            if folder {
                (2, "Folder")
            } else {
                (1, "Regular File")
            },
        );
        event.set_some(
            at!("file_result.path"),
            record.text("DestinationRelativeUrl"),
        );
        record.take("DestinationRelativeUrl");
        event.copy("DestinationFileExtension", at!("file_result.ext"));
    }
}

/// A scanner found malware: a finding, with the file as evidence.
fn set_malware(event: &mut Event<'_, '_>) {
    let record = event.record;
    event.set_some(at!("finding_info.uid"), record.text("Id"));
    event.set(at!("finding_info.title"), "Malware detected in a file");
    event.set(at!("is_alert"), true);
    event.set_id(at!("status_id"), at!("status"), (1, "New"));
    let path = record.text("ObjectId");
    let name = record.text("SourceFileName").or_else(|| {
        path.as_deref()
            .and_then(last_part)
            .map(|n| n.to_owned().into())
    });
    let added = event.element(list!("evidences"), |event| {
        event.set_some(at!("evidences.file.name"), name);
        event.set_some(at!("evidences.file.path"), path);
        event.set_some(
            at!("evidences.file.ext"),
            record.text("SourceFileExtension"),
        );
        event.set_id(
            at!("evidences.file.type_id"),
            at!("evidences.file.type"),
            (1, "Regular File"),
        );
    });
    if added {
        for member in ["ObjectId", "SourceFileName", "SourceFileExtension"] {
            record.take(member);
        }
    }
    let added = event.element(list!("malware"), |event| {
        event.set_some(at!("malware.name"), record.text("VirusInfo"));
        event.set_some(at!("malware.provider"), record.text("VirusVendor"));
        event.set(at!("malware.classification_ids"), 0_u8);
    });
    if added {
        record.take("VirusInfo");
        record.take("VirusVendor");
    }
}
