// Where the browser side begins.
import * as live from "es/core/live.js";
import "es/posts/composer.js";
import * as actions from "es/posts/actions.js";
import * as pictures from "es/files/viewer.js";
import * as outbox from "es/posts/outbox.js";
import * as operations from "es/posts/operations.js";
import "es/messages/night.js";
import "es/people/org.js";
import "es/people/profile.js";
import "es/people/status.js";
import * as presence from "es/people/presence.js";
import "es/posts/views.js";
import * as connection from "es/shell/connection.js";
import "es/shell/forms.js";
import * as navigate from "es/shell/navigate.js";
import * as preferences from "es/shell/preferences.js";
import * as shortcuts from "es/shell/shortcuts.js";

outbox.begin();
pictures.begin();
preferences.begin();
operations.begin();
actions.begin();
navigate.begin();
connection.begin();
shortcuts.begin();
presence.begin();
live.connect();
