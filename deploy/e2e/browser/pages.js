// Every address of the page, by name.
import { OTHER, REPORT, RUN, SWEEP } from './states.js';

export const PAGES = {
  home: '/', experiments: '/experiments', runs: '/runs', run: `/runs/${RUN}`, 'run-logs': `/runs/${RUN}?tab=logs`, compare: `/compare?run=${RUN}&run=${OTHER}`,
  sweeps: '/sweeps', sweep: `/sweeps/${SWEEP}`, devices: '/devices', members: '/members', account: '/account', audit: '/audit', reports: '/reports', report: `/reports/${REPORT}`, 'report-new': '/reports/new', new: '/new', 'new-yaml': '/new?tab=yaml',
};

/** Parts of pages that only many runs fill, and what only a stranger sees. */
export const MORE = {
  'runs-grouped': '/runs?group=params.method.prompts&x=epoch', 'run-results': `/runs/${RUN}?tab=results`, 'run-pictures': `/runs/${RUN}?tab=pictures`, 'sign-in': '/#refused=NAME_TAKEN', 'run-configuration': `/runs/${RUN}?tab=configuration`, 'run-events': `/runs/${RUN}?tab=events`, 'run-attempts': `/runs/${RUN}?tab=attempts`, 'run-curves': `/runs/${RUN}?tab=curves`,
  'compare-images': `/compare?run=${RUN}&run=${OTHER}&part=images`, 'sweep-best': `/sweeps/${SWEEP}?plot=best&over=device-hours`, 'sweep-importance': `/sweeps/${SWEEP}?plot=importance`, 'sweep-contour': `/sweeps/${SWEEP}?plot=contour`, 'sweep-timeline': `/sweeps/${SWEEP}?plot=timeline`,
  'sweep-rungs': `/sweeps/${SWEEP}?plot=rungs`, 'sweep-front': `/sweeps/${SWEEP}?plot=front`, nowhere: '/nowhere',
};
