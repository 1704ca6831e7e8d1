import { Monitor, Moon, Sun, type LucideIcon } from "lucide-react";
import { IconButton } from "../components/controls/Button";
import { Menu, MenuChoice } from "../components/overlays/Menu";
import { setTheme, type Theme, useTheme } from "../components/theme";

const ICON: Record<Theme, LucideIcon> = { system: Monitor, light: Sun, dark: Moon };
const LABEL: Record<Theme, string> = { system: "As the system", light: "Light", dark: "Dark" };

export function ThemeMenu() {
  const theme = useTheme();
  return (
    <Menu align="end" trigger={<IconButton icon={ICON[theme]} label={`Theme: ${LABEL[theme].toLowerCase()}`} />}>
      {(["system", "light", "dark"] as const).map((one) => (
        <MenuChoice key={one} checked={one === theme} onChecked={() => setTheme(one)}>
          {LABEL[one]}
        </MenuChoice>
      ))}
    </Menu>
  );
}
