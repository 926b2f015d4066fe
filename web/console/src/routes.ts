import type { RouteRecordRaw } from "vue-router"

/** Every screen; tests walk this list. `open`: needs no sign-in. */
export const routes: RouteRecordRaw[] = [
  { path: "/", redirect: "/conversations" },
  { path: "/login", component: () => import("./pages/LoginPage.vue"), meta: { open: true } },
  { path: "/link/:token", component: () => import("./pages/LinkPage.vue"), meta: { open: true } },
  { path: "/conversations/:id?", component: () => import("./pages/InboxPage.vue") },
  {
    path: "/settings",
    component: () => import("./settings/SettingsPage.vue"),
    redirect: "/settings/profile",
    children: [
      { path: "profile", component: () => import("./settings/ProfileSettings.vue") },
      { path: "operators", component: () => import("./settings/OperatorsSettings.vue") },
      { path: "widget", component: () => import("./settings/WidgetSettings.vue") },
    ],
  },
  { path: "/:rest(.*)*", component: () => import("./pages/NotFoundPage.vue") },
]
