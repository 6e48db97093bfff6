// Reading and changing what is one's own: profile, password, second factor.
import { answer, api } from "@/api/client";
import type { Enrolment, Me } from "@/api/types";

const TOTP = "/api/v2/users/me/totp";

export interface ProfileEdit {
  name: string;
  locale: string;
  version: number | undefined;
}

export const changeProfile = (body: ProfileEdit): Promise<Me> =>
  answer(api.PATCH("/api/v2/users/me", { body }));
export const readProfile = (): Promise<Me> => answer(api.GET("/api/v2/users/me"));
export const changePassword = (oldPassword: string, newPassword: string) =>
  answer(api.POST("/api/v2/users/me/password", { body: { oldPassword, newPassword } }));
export const enrol = (): Promise<Enrolment> => answer(api.POST(TOTP));
export const confirmFactor = (code: string) => answer(api.PUT(TOTP, { body: { code } }));
export const removeFactor = (code: string) =>
  answer(api.DELETE(TOTP, { params: { query: { code } } }));
