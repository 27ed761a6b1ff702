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
    let thread = format!("19:{}@thread.v2", scene.deed_id("thread").replace('-', ""));
    let (asked, answered) = (
        scene.at.as_millisecond(),
        scene.at.as_millisecond() + scene.number(900, 9000),
    );
    Record::new(scene, "CopilotInteraction", 261, "Copilot", &user.by_object_id()).with_some("ClientIP", ip).with_all(json!({
        "ClientRegion": "DE", "CopilotLogVersion": "1.0.0.0",
        "CopilotEventData": {
            "AISystemPlugin": [{"Id": "BingWebSearch", "Name": "BuiltIn"}], "AccessedResources": resources,
            "AppHost": host,
            "Contexts": contexts, "MessageIds": [],
            "Messages": [
                {"Id": asked.to_string(), "isPrompt": true, "JailbreakDetected": scene.chance(0.02)},
                {"Id": answered.to_string(), "isPrompt": false},
            ],
            "ModelTransparencyDetails": [{"ModelName": "MODEL_X"}],
            "ThreadId": thread,
        },
    }))
}

fn resource(scene: &mut Scene<'_>) -> Value {
    let site = scene.site();
    let document = scene.document(&site.url);
    json!({
        "Action": "Read", "Id": document.id, "Name": document.name, "SensitivityLabelId": scene.id_of("General"),
        "SiteUrl": format!("{}Shared Documents/{}", site.url, document.name), "Type": document.extension,
        "listItemUniqueId": document.id,
    })
}
