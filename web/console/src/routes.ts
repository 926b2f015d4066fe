import type { RouteRecordRaw } from "vue-router"

/** Every screen; tests walk this list. `open`: needs no sign-in; `needs`: the right without which it is not offered. */
export const routes: RouteRecordRaw[] = [
  { path: "/login", component: () => import("./pages/LoginPage.vue"), meta: { open: true } },
  { path: "/forgot", component: () => import("./pages/ForgotPage.vue"), meta: { open: true } },
  { path: "/link/:token", component: () => import("./pages/LinkPage.vue"), meta: { open: true } },
  { path: "/welcome", component: () => import("./pages/WelcomePage.vue") },
  {
    path: "/",
    component: () => import("./pages/WorkPage.vue"),
    redirect: "/conversations",
    children: [
      { path: "conversations/:id?", component: () => import("./pages/InboxPage.vue") },
      { path: "floor/:id?", component: () => import("./reports/FloorPage.vue"), meta: { needs: "supervise" } },
      { path: "reports", component: () => import("./reports/ReportsPage.vue"), meta: { needs: "reports" } },
      { path: "search", component: () => import("./pages/SearchPage.vue") },
      { path: "tasks", component: () => import("./pages/TasksPage.vue") },
      {
        path: "settings",
        component: () => import("./settings/SettingsPage.vue"),
        redirect: "/settings/profile",
        children: [
          { path: "profile", component: () => import("./settings/ProfileSettings.vue") },
          { path: "workspace", component: () => import("./settings/WorkspaceSettings.vue"), meta: { needs: "workspace" } },
          { path: "operators", component: () => import("./settings/OperatorsSettings.vue"), meta: { needs: "operators" } },
          { path: "teams", component: () => import("./settings/TeamsSettings.vue"), meta: { needs: "operators" } },
          { path: "widget", component: () => import("./settings/WidgetSettings.vue"), meta: { needs: "workspace" } },
          { path: "templates", component: () => import("./settings/TemplatesSettings.vue") },
          { path: "macros", component: () => import("./settings/MacrosSettings.vue") },
          { path: "attributes", component: () => import("./settings/AttributesSettings.vue"), meta: { needs: "workspace" } },
          { path: "labels", component: () => import("./settings/LabelsSettings.vue"), meta: { needs: "templates" } },
          { path: "imports", component: () => import("./settings/ImportsSettings.vue"), meta: { needs: "workspace" } },
          { path: "queues", component: () => import("./settings/QueuesSettings.vue"), meta: { needs: "routing" } },
          { path: "seats", component: () => import("./settings/SeatsSettings.vue"), meta: { needs: "routing" } },
          { path: "sla", component: () => import("./settings/SlaSettings.vue"), meta: { needs: "workspace" } },
          { path: "hours", component: () => import("./settings/HoursSettings.vue"), meta: { needs: "workspace" } },
          { path: "crm", component: () => import("./settings/CrmSettings.vue"), meta: { needs: "workspace" } },
          { path: "roles", component: () => import("./settings/RolesSettings.vue"), meta: { needs: "operators" } },
          { path: "blocks", component: () => import("./settings/BlocksSettings.vue"), meta: { needs: "block" } },
          { path: "privacy", component: () => import("./settings/PrivacyPage.vue"), meta: { needs: "privacy" } },
          { path: "audit", component: () => import("./settings/AuditSettings.vue"), meta: { needs: "audit" } },
          { path: "keys", component: () => import("./settings/KeysSettings.vue"), meta: { needs: "api_keys" } },
        ],
      },
    ],
  },
  { path: "/:rest(.*)*", component: () => import("./pages/NotFoundPage.vue"), meta: { open: true } },
]
