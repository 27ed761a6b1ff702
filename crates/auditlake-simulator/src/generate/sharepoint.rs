//! Files and folders in SharePoint and OneDrive (schema page, "SharePoint Base schema", "SharePoint File Operations"):
//! record type 6.

use serde_json::{Value, json};

use super::lasting::Document;
use super::population::{Site, User};
use super::record::Record;
use super::scene::Scene;
use rand::Rng;

/// Where something happened: the site's address and ids, and its workload.
pub(super) struct Place {
    pub(super) url: String,
    pub(super) documents: &'static str,
    site: String,
    web: String,
    pub(super) list: String,
    workload: &'static str,
}

/// Something done to a file.
pub(super) fn file(scene: &mut Scene<'_>) -> Record {
    const OPERATIONS: [(u32, &str); 17] = [
        (340, "FileAccessed"),
        (180, "FileModified"),
        (110, "FileDownloaded"),
        (90, "FileUploaded"),
        (70, "FilePreviewed"),
        (50, "FileAccessedExtended"),
        (40, "FileModifiedExtended"),
        (30, "FileDeleted"),
        (20, "FileRenamed"),
        (20, "FileMoved"),
        (12, "FileRecycled"),
        (10, "FileCopied"),
        (8, "FileCheckedOut"),
        (8, "FileCheckedIn"),
        (5, "FileRestored"),
        (4, "FileVersionsAllDeleted"),
        (3, "FileMalwareDetected"),
    ];
    let operation = *scene.weighted(&OPERATIONS);
    let user = scene.user();
    file_by(scene, operation, user)
}

/// Something that `user` did to a file.
pub(super) fn file_by(scene: &mut Scene<'_>, operation: &str, user: &User) -> Record {
    let place = place(scene, user);
    let document = scene.document(&place.url);
    let record = base(scene, operation, 6, user, &place);
    let mut record = on_document(record, scene, &place, &document);
    if operation.starts_with("FileRenamed")
        || operation.starts_with("FileMoved")
        || operation == "FileCopied"
    {
        record = with_destination(record, scene, &place);
    }
    if operation == "FileMalwareDetected" {
        record = record
            .with("VirusInfo", "Virus:DOS/EICAR_Test_File")
            .with("VirusVendor", "Default");
    }
    record
}

/// Something done to a folder.
pub(super) fn folder(scene: &mut Scene<'_>) -> Record {
    const OPERATIONS: [(u32, &str); 5] = [
        (50, "FolderModified"),
        (30, "FolderCreated"),
        (10, "FolderRenamed"),
        (6, "FolderDeleted"),
        (4, "FolderMoved"),
    ];
    let operation = *scene.weighted(&OPERATIONS);
    let user = scene.user();
    let place = place(scene, user);
    let name = format!(
        "{} {}",
        scene.pick(&["Archive", "2026", "Drafts", "Shared", "Entwürfe"]),
        scene.number(1, 40)
    );
    base(scene, operation, 6, user, &place).with_all(json!({
        "ItemType": "Folder", "SiteUrl": place.url, "SourceFileName": name, "SourceFileExtension": "",
        "SourceRelativeUrl": place.documents, "ObjectId": format!("{}{}/{name}", place.url, place.documents),
    }))
}

/// Synchronization by the OneDrive client.
pub(super) fn sync(scene: &mut Scene<'_>) -> Record {
    const OPERATIONS: [(u32, &str); 4] = [
        (60, "FileSyncDownloadedFull"),
        (25, "FileSyncUploadedFull"),
        (10, "FileSyncDownloadedPartial"),
        (5, "ManagedSyncClientAllowed"),
    ];
    let operation = *scene.weighted(&OPERATIONS);
    let user = scene.user();
    let device = user.device.as_str();
    file_by(scene, operation, user)
        .with(
            "UserAgent",
            "Microsoft SkyDriveSync 25.105.0601.0002 ship; Windows NT 10.0 (19045)",
        )
        .with(
            "FileSyncBytesCommitted",
            scene.number(100, 5_000_000).to_string(),
        )
        .with("MachineDomainInfo", "00000000-0000-0000-0000-000000000000")
        .with("MachineId", user.device_id.as_str())
        .with("DeviceDisplayName", device)
}

pub(super) fn base(
    scene: &mut Scene<'_>,
    operation: &str,
    record_type: u32,
    user: &User,
    place: &Place,
) -> Record {
    let app = scene.app();
    let named = scene.shared("named").random_bool(0.6);
    let platform = *scene.shared_pick("platform", &["WinDesktop", "WebBrowser", "iOS", "MacOSX"]);
    let record = Record::new(
        scene,
        operation,
        record_type,
        place.workload,
        &user.by_membership(),
    );
    let ip = scene.client_ip(user);
    let request = scene.correlation_id(record_type);
    record
        .with_some("ClientIP", ip)
        .with("CorrelationId", request.as_str())
        .with("EventSource", "SharePoint")
        .with_some("ApplicationDisplayName", named.then_some(app.0))
        .with_some("ApplicationId", named.then_some(app.1))
        .with("AppAccessContext", access_context(scene, user, &request))
        .with("UserAgent", user.agent.0)
        .with("Site", place.site.as_str())
        .with("WebId", place.web.as_str())
        .with("ListId", place.list.as_str())
        .with("Platform", platform)
        .with("BrowserName", user.agent.2)
        .with("BrowserVersion", "138.0")
        .with("IsManagedDevice", user.is_compliant())
        .with_escaped_slashes()
}

/// One object, though the tables say it is a collection.
fn access_context(scene: &Scene<'_>, user: &User, request: &str) -> Value {
    let app = scene.app();
    json!({
        "AADSessionId": scene.session(user), "CorrelationId": request,
        "UniqueTokenId": scene.access_token(user),
        "ClientAppId": app.1, "ClientAppName": app.0,
    })
}

pub(super) fn on_document(
    record: Record,
    scene: &mut Scene<'_>,
    place: &Place,
    document: &Document,
) -> Record {
    let (folder, size) = (
        format!("{}{}", place.documents, document.folder),
        document.size,
    );
    let record = record.with_all(json!({
        "ItemType": "File",
        "ObjectId": format!("{}{folder}/{}", place.url, document.name),
        "ListItemUniqueId": document.id,
        "SiteUrl": place.url,
        "SourceRelativeUrl": folder.as_str(),
        "SourceFileName": document.name,
        "SourceFileExtension": document.extension,
        "HighPriorityMediaProcessing": false,
        "DoNotDistributeEvent": true,
        "ListServerTemplate": 101,
        "ListBaseType": 1,
    }));
    match scene.number(0, 40) {
        0 => record.with("FileSizeBytes", size.to_string()),
        1..4 => record,
        _ => record.with("FileSizeBytes", size),
    }
}

fn with_destination(record: Record, scene: &mut Scene<'_>, place: &Place) -> Record {
    let document = scene.document(&place.url);
    record.with_all(json!({
        "DestinationRelativeUrl": place.documents, "DestinationFileName": document.name,
        "DestinationFileExtension": document.extension,
    }))
}

/// Where the user is at work: their own site or one of all.
pub(super) fn place(scene: &mut Scene<'_>, user: &User) -> Place {
    let own = scene.shared("own").random_bool(0.35);
    let shared = place_in(scene.site());
    if !own {
        return shared;
    }
    Place {
        url: user.onedrive(),
        documents: "Documents",
        site: user.mailbox.clone(),
        workload: "OneDrive",
        ..shared
    }
}

pub(super) fn place_in(site: &Site) -> Place {
    Place {
        url: site.url.clone(),
        documents: "Shared Documents",
        site: site.id.clone(),
        web: site.web.clone(),
        list: site.list.clone(),
        workload: "SharePoint",
    }
}
