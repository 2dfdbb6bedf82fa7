"use client";

import { LogOut, Monitor, Moon, Settings, Sun } from "lucide-react";
import Link from "next/link";

import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { useMe, useSignOut } from "@/features/session/queries";
import { routes } from "@/lib/routes";
import { setTheme, THEMES, useTheme, type Theme } from "@/lib/theme";

const THEME_NAMES: Record<Theme, string> = { light: "Light", dark: "Dark", system: "As the system" };
const THEME_ICONS: Record<Theme, typeof Sun> = { light: Sun, dark: Moon, system: Monitor };

export function AccountMenu() {
  const me = useMe();
  const signOut = useSignOut();
  const theme = useTheme();
  const email = me.data?.email ?? "";
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" className="rounded-full" aria-label="Account and theme">
          <span
            aria-hidden
            className="grid size-8 place-items-center rounded-full bg-primary-soft text-sm font-semibold text-primary-text uppercase"
          >
            {email.charAt(0) || "·"}
          </span>
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent className="w-60">
        <DropdownMenuLabel className="truncate">{email || "Your account"}</DropdownMenuLabel>
        <DropdownMenuItem asChild>
          <Link href={routes.account}>
            <Settings aria-hidden /> Account and API keys
          </Link>
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuLabel>Theme</DropdownMenuLabel>
        <DropdownMenuRadioGroup value={theme}>
          {THEMES.map((name) => {
            const Icon = THEME_ICONS[name];
            return (
              <DropdownMenuRadioItem key={name} value={name} onSelect={() => setTheme(name)}>
                <Icon aria-hidden /> {THEME_NAMES[name]}
              </DropdownMenuRadioItem>
            );
          })}
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => signOut.mutate(false)}>
          <LogOut aria-hidden /> Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
