//! SharePoint and OneDrive: files and folders (record type 6).
//!
//! *What it covers:* access, download, upload, change, deletion, renaming, copying, moving, locking, synchronisation.
//!
//! *Mapping:* File Hosting Activity; the item is `file`, what came out of it `file_result`. Malware is a finding, with
//! the file as evidence. The machine of a sync client is `device`.
//!
//! *Deliberate:* a record without a file name is API Activity, since File Hosting Activity demands one. A sync client
//! that was turned away is a failure, and the control's action and disposition say why.
//!
//! *Left out:* identifiers of site, web and list, which stay in `unmapped`; `SourceLabel` and `DestinationLabel`, the
//! label before and after.

mod malware;

use super::{Operation, Otherwise, Outcome, Workload, as_decided, derived, integer, op, text};
use crate::class::{DETECTION_FINDING, FILE_HOSTING};
use crate::event::Event;
use crate::items;
use crate::record::as_bool;
use crate::schema::path::at;
use crate::workloads::activity::OTHER;

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
    #[rustfmt::skip]
    fields: &[
        text("SourceFileExtension", at!("file.ext")),
        text("ListItemUniqueId", at!("file.uid")),
        integer("FileSizeBytes", at!("file.size")),
        text("SiteUrl", at!("file.url.url_string")),
        text("UserSharedWith", at!("access_list")),
        text("SharingType", at!("share")),
        derived("SourceFileName", at!("file.name"), "else the last part of `ObjectId`"),
        derived("ObjectId", at!("file.path"), ""),
        derived("SourceRelativeUrl", at!("file.parent_folder"), "without the file's name at its end"),
        derived("ItemType", at!("file.type"), "else from the operation's first word"),
        derived("SensitivityLabelId", at!("file.data_classifications.uid"), ""),
        derived("DestinationFileName", at!("file_result.name"), "of a rename, copy or move"),
        derived("DestinationRelativeUrl", at!("file_result.path"), "of a rename, copy or move"),
        derived("DestinationFileExtension", at!("file_result.ext"), "of a rename, copy or move"),
        derived("MachineId", at!("device.uid"), "machine of a sync client"),
        derived("IsManagedDevice", at!("device.is_managed"), "where the record names the machine"),
        derived("Operation", at!("disposition"), "`Blocked` for a sync client that was turned away"),
        derived("SourceFileName", at!("evidences.file.name"), "the file with malware; else the last part of `ObjectId`"),
        derived("ObjectId", at!("evidences.file.path"), "the file with malware"),
        derived("SHA256Hash", at!("evidences.file.hashes.value"), "the file with malware; so too `MD5Hash`"),
        derived("VirusInfo", at!("malware.name"), ""),
        derived("VirusVendor", at!("malware.provider"), ""),
    ],
    things: &[],
    refine: as_decided,
    map,
};

#[rustfmt::skip]
pub(super) const OPERATIONS: &[Operation] = &[
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

pub(super) fn map(event: &mut Event<'_, '_>) {
    match event.class.uid {
        uid if uid == FILE_HOSTING.uid => set_hosting(event),
        uid if uid == DETECTION_FINDING.uid => malware::set(event),
        _ => {}
    }
    set_machine(event);
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
        record.take_scalars(&["DestinationRelativeUrl"]);
        event.copy("DestinationFileExtension", at!("file_result.ext"));
    }
}

/// The machine of a sync client; of a browser the record has no identifier.
fn set_machine(event: &mut Event<'_, '_>) {
    if !event.copy("MachineId", at!("device.uid")) {
        return;
    }
    event.set_id(at!("device.type_id"), at!("device.type"), (0, "Unknown"));
    let record = event.record;
    let managed = record.text("IsManagedDevice");
    let managed = managed.as_deref().and_then(as_bool);
    if event.set_some(at!("device.is_managed"), managed) {
        record.take("IsManagedDevice");
    }
}
