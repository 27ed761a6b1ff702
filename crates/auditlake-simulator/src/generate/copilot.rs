//! Copilot (Microsoft, "Copilot schema definitions"): record type 261.

use serde_json::{Value, json};

use super::record::Record;
use super::scene::Scene;

/// A prompt and its answer, and what was read for it.
pub(super) fn interaction(scene: &mut Scene<'_>) -> Record {
    let user = scene.user();
    let ip = scene.client_ip(user);
    let host = *scene.pick(&["Word", "Excel", "Teams", "BizChat", "Outlook", "appchat"]);
    let resources: Vec<Value> = (0..scene.number(0, 4)).map(|_| resource(scene)).collect();
    let contexts: Vec<Value> = resources
        .iter()
        .map(|resource| json!({"Id": resource["SiteUrl"], "Type": resource["Type"]}))
        .collect();
    Record::new(scene, "CopilotInteraction", 261, "Copilot", &user.by_object_id()).with_some("ClientIP", ip).with_all(json!({
        "ClientRegion": "DE", "CopilotLogVersion": "1.0.0.0",
        "CopilotEventData": {
            "AISystemPlugin": [{"Id": "BingWebSearch", "Name": "BuiltIn"}], "AccessedResources": resources,
            "AppHost": host,
            "Contexts": contexts, "MessageIds": [],
            "Messages": [
                {"Id": scene.number(1_700_000_000_000, 1_800_000_000_000).to_string(), "isPrompt": true, "JailbreakDetected": scene.chance(0.02)},
                {"Id": scene.number(1_700_000_000_000, 1_800_000_000_000).to_string(), "isPrompt": false},
            ],
            "ModelTransparencyDetails": [{"ModelName": "MODEL_X"}],
            "ThreadId": format!("19:{}@thread.v2", scene.token(43)),
        },
    }))
}

fn resource(scene: &mut Scene<'_>) -> Value {
    let (site, document) = (scene.site(), scene.document());
    json!({
        "Action": "Read", "Id": scene.token(24), "Name": document.name, "SensitivityLabelId": scene.guid(),
        "SiteUrl": format!("{}Shared Documents/{}", site.url, document.name), "Type": document.extension,
        "listItemUniqueId": scene.guid(),
    })
}
