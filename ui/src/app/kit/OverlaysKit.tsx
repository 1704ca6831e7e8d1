import { Archive, Copy, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/controls/Button";
import { Card } from "../../components/display/Card";
import { confirm } from "../../components/overlays/confirm";
import { Dialog } from "../../components/overlays/Dialog";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from "../../components/overlays/Menu";
import { Popover } from "../../components/overlays/Popover";
import { say, sayProblem } from "../../components/overlays/toast";
import { Tip } from "../../components/overlays/Tooltip";
import css from "./Kit.module.css";

export function OverlaysKit() {
  const [open, setOpen] = useState(false);
  const [dense, setDense] = useState(false);
  return (
    <Card title="What stands above the page">
      <div className={css.samples}>
        <Menu trigger={<Button>Menu</Button>}>
          <MenuHeading>Run</MenuHeading>
          <MenuItem icon={Copy} keys="mod+c">
            Copy the id
          </MenuItem>
          <MenuItem icon={Archive} disabled hint="still running">
            Archive
          </MenuItem>
          <MenuChoice checked={dense} onChecked={setDense} keep>
            Dense rows
          </MenuChoice>
          <MenuLine />
          <MenuItem icon={Trash2} danger>
            Delete
          </MenuItem>
        </Menu>
        <Popover label="Columns" trigger={<Button>Popover</Button>}>
          <p>Anything may stand here.</p>
        </Popover>
        <Tip label="Words about it" keys="mod+k">
          <Button>Tooltip</Button>
        </Tip>
        <Button onClick={() => setOpen(true)}>Dialog</Button>
        <Button kind="danger" onClick={() => void confirm({ title: "Cancel 3 runs?", text: "They stop at once and keep their checkpoints.", act: "Cancel them", danger: true })}>
          Confirm
        </Button>
        <Button onClick={() => say("3 runs archived", { undo: () => say("3 runs are back") })}>Toast with undo</Button>
        <Button onClick={() => sayProblem("Not archived", new Error("away"))}>Toast of a problem</Button>
      </div>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title="Rename the run"
        description="Its address stays the same."
        foot={
          <>
            <Button onClick={() => setOpen(false)}>Leave it</Button>
            <Button kind="primary" onClick={() => setOpen(false)}>
              Rename
            </Button>
          </>
        }
      >
        <p>Anything may stand here.</p>
      </Dialog>
    </Card>
  );
}
