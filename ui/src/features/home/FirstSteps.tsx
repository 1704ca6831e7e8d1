import { Card } from "../../components/display/Card";
import { PageHeader } from "../../components/display/PageHeader";
import { NewButton } from "../../components/NewButton";
import css from "./home.module.css";

/** What a lab without runs shows: three ways to the first one. */
export function FirstSteps() {
  return (
    <>
      <PageHeader title="Home">
        <p className="faint">Nothing has run in this lab yet. Three ways to begin:</p>
      </PageHeader>
      <div className={css.steps}>
        <Card title="See it work">
          <div className={css.step}>
            <p>A real sweep on images that come with Runyard, in minutes on any machine.</p>
            <pre>runyard demo</pre>
          </div>
        </Card>
        <Card title="Your own data">
          <div className={css.step}>
            <p>A folder of images with a folder for each class; this says what is wrong with it before anything runs.</p>
            <pre>runyard data check --root /your/images</pre>
            <NewButton to="/new" kind="primary">
              Queue a sweep
            </NewButton>
          </div>
        </Card>
        <Card title="From the paper">
          <div className={css.step}>
            <p>The tables of Prompt Generation Networks, with what each needs in data, weights, disk and hours.</p>
            <pre>deploy/paper --help</pre>
            <NewButton to="/new" search={{ from: "choose" } as never}>
              Start from…
            </NewButton>
          </div>
        </Card>
      </div>
    </>
  );
}
