import { PageHeader } from "../../components/display/PageHeader";
import { ControlsKit } from "./ControlsKit";
import { DisplayKit } from "./DisplayKit";
import { OverlaysKit } from "./OverlaysKit";
import css from "./Kit.module.css";

/** Every component in every state it can be in. What is not here does not exist; what looks wrong here looks wrong everywhere. */
export function Kit() {
  return (
    <>
      <PageHeader title="Kit" crumbs="For those who build pages" />
      <div className={css.kit}>
        <ControlsKit />
        <DisplayKit />
        <OverlaysKit />
      </div>
    </>
  );
}
