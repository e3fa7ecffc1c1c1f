__all__ = [
    "ACCEPT_INVITE_GQL",
    "ACTIVATE_USER_GQL",
    "APPEND_HISTORY_GQL",
    "BEGIN_ARTIFACT_GQL",
    "CHANGE_ARTIFACT_GQL",
    "CHANGE_ROLE_GQL",
    "COPY_RUN_GQL",
    "CREATE_INVITE_GQL",
    "CREATE_PROJECT_GQL",
    "CREATE_RUN_FILES_GQL",
    "CREATE_RUN_GQL",
    "CREATE_SERVICE_ACCOUNT_GQL",
    "CREATE_TEAM_GQL",
    "CREATE_USER_GQL",
    "DEACTIVATE_USER_GQL",
    "DELETE_API_KEY_GQL",
    "DELETE_ARTIFACT_VERSION_GQL",
    "DELETE_FILES_GQL",
    "DELETE_PROJECT_GQL",
    "DELETE_RUNS_GQL",
    "FIND_ARTIFACT_GQL",
    "FINISH_ARTIFACT_GQL",
    "FOLLOW_CONSOLE_GQL",
    "GENERATE_API_KEY_GQL",
    "GET_ARTIFACT_GQL",
    "GET_ARTIFACT_LINEAGE_GQL",
    "GET_FORK_POINT_GQL",
    "GET_HISTORY_COUNTS_GQL",
    "GET_METRIC_GQL",
    "GET_PROJECT_GQL",
    "GET_RUN_GQL",
    "GET_RUN_HISTOGRAM_GQL",
    "GET_RUN_OVERVIEW_GQL",
    "GET_TEAM_GQL",
    "GET_USER_GQL",
    "GET_VIEWER_GQL",
    "LEAVE_TEAM_GQL",
    "LIST_ALERTS_GQL",
    "LIST_API_KEYS_GQL",
    "LIST_API_KEYS_OF_GQL",
    "LIST_ARTIFACTS_GQL",
    "LIST_ARTIFACT_COLLECTIONS_GQL",
    "LIST_ARTIFACT_FILES_GQL",
    "LIST_BRANCHES_GQL",
    "LIST_CONSOLE_LINES_GQL",
    "LIST_DELETED_PROJECTS_GQL",
    "LIST_DELETED_RUNS_GQL",
    "LIST_FILES_GQL",
    "LIST_FORKS_GQL",
    "LIST_GROUP_CURVES_GQL",
    "LIST_INVITES_GQL",
    "LIST_METRIC_KEYS_GQL",
    "LIST_MODEL_GRAPHS_GQL",
    "LIST_PROJECTS_GQL",
    "LIST_PROJECT_ALERTS_GQL",
    "LIST_RUNS_GQL",
    "LIST_RUN_FIELDS_GQL",
    "LIST_RUN_GROUPS_GQL",
    "LIST_RUN_INPUTS_GQL",
    "LIST_RUN_KEYS_GQL",
    "LIST_RUN_OUTPUTS_GQL",
    "LIST_RUN_VALUES_GQL",
    "LIST_STATE_CHANGES_GQL",
    "LIST_TEAMS_GQL",
    "LIST_TEAM_INVITES_GQL",
    "LIST_TEAM_MEMBERS_GQL",
    "MOVE_RUN_GQL",
    "PLACE_ARTIFACT_GQL",
    "RAISE_ALERT_GQL",
    "RECORD_ARTIFACT_USE_GQL",
    "REMOVE_ARTIFACT_GQL",
    "REMOVE_MEMBER_GQL",
    "RESET_API_KEYS_GQL",
    "RESTORE_PROJECT_GQL",
    "REVOKE_INVITE_GQL",
    "REWIND_HISTORY_GQL",
    "SAMPLE_BRANCH_GQL",
    "SAMPLE_HISTORY_GQL",
    "SCAN_BRANCH_GQL",
    "SCAN_HISTORY_GQL",
    "STOP_RUN_GQL",
    "UNDELETE_RUNS_GQL",
    "UPDATE_PROJECT_GQL",
    "UPDATE_RUNS_GQL",
    "UPDATE_RUN_GQL",
    "UPDATE_RUN_STATE_GQL",
    "UPDATE_USER_GQL",
    "UPLOAD_ARTIFACT_FILES_GQL",
    "UPLOAD_ARTIFACT_MANIFEST_GQL",
]

BEGIN_ARTIFACT_GQL = """
mutation BeginArtifact($input: BeginArtifactInput!) {
  beginArtifact(input: $input) {
    artifact {
      ...ArtifactFields
    }
  }
}

fragment ArtifactFields on Artifact {
  id
  state
  digest
  description
  metadata
  size
  fileCount
  historyStep
  createdAt
  updatedAt
  versionIndex
  tags {
    name
  }
  artifactType {
    name
  }
  artifactSequence {
    name
    project {
      ...ProjectNameFields
    }
  }
  membership {
    versionIndex
    aliases {
      alias
    }
    artifactCollection {
      id
      name
      project {
        ...ProjectNameFields
      }
    }
  }
}

fragment ProjectNameFields on Project {
  name
  entity {
    name
  }
}
"""

UPLOAD_ARTIFACT_FILES_GQL = """
mutation UploadArtifactFiles($input: UploadArtifactFilesInput!) {
  uploadArtifactFiles(input: $input) {
    files {
      ...ArtifactUploadFields
    }
  }
}

fragment ArtifactUploadFields on ArtifactUpload {
  name
  uploadUrl
  uploadHeaders
  birthArtifactId
}
"""

UPLOAD_ARTIFACT_MANIFEST_GQL = """
mutation UploadArtifactManifest($input: UploadArtifactManifestInput!) {
  uploadArtifactManifest(input: $input) {
    upload {
      ...ArtifactUploadFields
    }
  }
}

fragment ArtifactUploadFields on ArtifactUpload {
  name
  uploadUrl
  uploadHeaders
  birthArtifactId
}
"""

FINISH_ARTIFACT_GQL = """
mutation FinishArtifact($input: FinishArtifactInput!) {
  finishArtifact(input: $input) {
    artifact {
      ...ArtifactFields
    }
  }
}

fragment ArtifactFields on Artifact {
  id
  state
  digest
  description
  metadata
  size
  fileCount
  historyStep
  createdAt
  updatedAt
  versionIndex
  tags {
    name
  }
  artifactType {
    name
  }
  artifactSequence {
    name
    project {
      ...ProjectNameFields
    }
  }
  membership {
    versionIndex
    aliases {
      alias
    }
    artifactCollection {
      id
      name
      project {
        ...ProjectNameFields
      }
    }
  }
}

fragment ProjectNameFields on Project {
  name
  entity {
    name
  }
}
"""

RECORD_ARTIFACT_USE_GQL = """
mutation RecordArtifactUse($input: RecordArtifactUseInput!) {
  recordArtifactUse(input: $input) {
    artifact {
      ...ArtifactFields
    }
  }
}

fragment ArtifactFields on Artifact {
  id
  state
  digest
  description
  metadata
  size
  fileCount
  historyStep
  createdAt
  updatedAt
  versionIndex
  tags {
    name
  }
  artifactType {
    name
  }
  artifactSequence {
    name
    project {
      ...ProjectNameFields
    }
  }
  membership {
    versionIndex
    aliases {
      alias
    }
    artifactCollection {
      id
      name
      project {
        ...ProjectNameFields
      }
    }
  }
}

fragment ProjectNameFields on Project {
  name
  entity {
    name
  }
}
"""

CHANGE_ARTIFACT_GQL = """
mutation ChangeArtifact($input: ChangeArtifactInput!) {
  changeArtifact(input: $input) {
    artifact {
      ...ArtifactFields
    }
  }
}

fragment ArtifactFields on Artifact {
  id
  state
  digest
  description
  metadata
  size
  fileCount
  historyStep
  createdAt
  updatedAt
  versionIndex
  tags {
    name
  }
  artifactType {
    name
  }
  artifactSequence {
    name
    project {
      ...ProjectNameFields
    }
  }
  membership {
    versionIndex
    aliases {
      alias
    }
    artifactCollection {
      id
      name
      project {
        ...ProjectNameFields
      }
    }
  }
}

fragment ProjectNameFields on Project {
  name
  entity {
    name
  }
}
"""

PLACE_ARTIFACT_GQL = """
mutation PlaceArtifact($input: PlaceArtifactInput!) {
  placeArtifact(input: $input) {
    artifact {
      ...ArtifactFields
    }
  }
}

fragment ArtifactFields on Artifact {
  id
  state
  digest
  description
  metadata
  size
  fileCount
  historyStep
  createdAt
  updatedAt
  versionIndex
  tags {
    name
  }
  artifactType {
    name
  }
  artifactSequence {
    name
    project {
      ...ProjectNameFields
    }
  }
  membership {
    versionIndex
    aliases {
      alias
    }
    artifactCollection {
      id
      name
      project {
        ...ProjectNameFields
      }
    }
  }
}

fragment ProjectNameFields on Project {
  name
  entity {
    name
  }
}
"""

REMOVE_ARTIFACT_GQL = """
mutation RemoveArtifact($input: RemoveArtifactInput!) {
  removeArtifact(input: $input) {
    success
  }
}
"""

DELETE_ARTIFACT_VERSION_GQL = """
mutation DeleteArtifactVersion($input: DeleteArtifactVersionInput!) {
  deleteArtifactVersion(input: $input) {
    success
  }
}
"""

GET_ARTIFACT_GQL = """
query GetArtifact($entity: String!, $project: String!, $collection: String!, $name: String!) {
  entity(name: $entity) {
    name
  }
  project(name: $project, entityName: $entity) {
    artifact(name: $name) {
      ...ArtifactFields
    }
    artifactCollection(name: $collection) {
      aliases(first: 20) {
        edges {
          node {
            alias
          }
        }
      }
      artifacts(first: 1) {
        edges {
          version
        }
      }
    }
  }
}

fragment ArtifactFields on Artifact {
  id
  state
  digest
  description
  metadata
  size
  fileCount
  historyStep
  createdAt
  updatedAt
  versionIndex
  tags {
    name
  }
  artifactType {
    name
  }
  artifactSequence {
    name
    project {
      ...ProjectNameFields
    }
  }
  membership {
    versionIndex
    aliases {
      alias
    }
    artifactCollection {
      id
      name
      project {
        ...ProjectNameFields
      }
    }
  }
}

fragment ProjectNameFields on Project {
  name
  entity {
    name
  }
}
"""

FIND_ARTIFACT_GQL = """
query FindArtifact($id: ID, $clientId: ID) {
  artifact(id: $id, clientId: $clientId) {
    id
  }
}
"""

LIST_ARTIFACTS_GQL = """
query ListArtifacts($entity: String!, $project: String!, $type: String, $collection: String, $filters: JSONString, $order: String, $first: Int, $after: String, $withTotal: Boolean!) {
  project(name: $project, entityName: $entity) {
    artifacts(
      type: $type
      collection: $collection
      filters: $filters
      order: $order
      first: $first
      after: $after
    ) {
      totalCount @include(if: $withTotal)
      edges {
        node {
          ...ArtifactFields
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment ArtifactFields on Artifact {
  id
  state
  digest
  description
  metadata
  size
  fileCount
  historyStep
  createdAt
  updatedAt
  versionIndex
  tags {
    name
  }
  artifactType {
    name
  }
  artifactSequence {
    name
    project {
      ...ProjectNameFields
    }
  }
  membership {
    versionIndex
    aliases {
      alias
    }
    artifactCollection {
      id
      name
      project {
        ...ProjectNameFields
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}

fragment ProjectNameFields on Project {
  name
  entity {
    name
  }
}
"""

LIST_ARTIFACT_COLLECTIONS_GQL = """
query ListArtifactCollections($entity: String!, $project: String!, $filters: JSONString, $order: String, $first: Int, $after: String, $withTotal: Boolean!) {
  project(name: $project, entityName: $entity) {
    artifactCollections(
      filters: $filters
      order: $order
      first: $first
      after: $after
    ) {
      totalCount @include(if: $withTotal)
      edges {
        node {
          ...ArtifactCollectionFields
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment ArtifactCollectionFields on ArtifactCollection {
  __typename
  id
  name
  description
  createdAt
  updatedAt
  defaultArtifactType {
    name
  }
  project {
    ...ProjectNameFields
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}

fragment ProjectNameFields on Project {
  name
  entity {
    name
  }
}
"""

LIST_ARTIFACT_FILES_GQL = """
query ListArtifactFiles($id: ID!, $names: [String!], $first: Int, $after: String, $withTotal: Boolean!) {
  artifact(id: $id) {
    files(names: $names, first: $first, after: $after) {
      totalCount @include(if: $withTotal)
      edges {
        node {
          ...FileFields
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment FileFields on File {
  id
  name
  sizeBytes
  mimetype
  md5
  digest
  updatedAt
  directUrl
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

LIST_RUN_INPUTS_GQL = """
query ListRunInputs($entity: String!, $project: String!, $run: String!, $name: String, $type: String, $first: Int, $after: String, $withTotal: Boolean!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      inputs(name: $name, type: $type, first: $first, after: $after) {
        totalCount @include(if: $withTotal)
        edges {
          node {
            artifact {
              ...ArtifactFields
            }
          }
        }
        pageInfo {
          ...PageFields
        }
      }
    }
  }
}

fragment ArtifactFields on Artifact {
  id
  state
  digest
  description
  metadata
  size
  fileCount
  historyStep
  createdAt
  updatedAt
  versionIndex
  tags {
    name
  }
  artifactType {
    name
  }
  artifactSequence {
    name
    project {
      ...ProjectNameFields
    }
  }
  membership {
    versionIndex
    aliases {
      alias
    }
    artifactCollection {
      id
      name
      project {
        ...ProjectNameFields
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}

fragment ProjectNameFields on Project {
  name
  entity {
    name
  }
}
"""

LIST_RUN_OUTPUTS_GQL = """
query ListRunOutputs($entity: String!, $project: String!, $run: String!, $name: String, $type: String, $first: Int, $after: String, $withTotal: Boolean!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      outputs(name: $name, type: $type, first: $first, after: $after) {
        totalCount @include(if: $withTotal)
        edges {
          node {
            artifact {
              ...ArtifactFields
            }
          }
        }
        pageInfo {
          ...PageFields
        }
      }
    }
  }
}

fragment ArtifactFields on Artifact {
  id
  state
  digest
  description
  metadata
  size
  fileCount
  historyStep
  createdAt
  updatedAt
  versionIndex
  tags {
    name
  }
  artifactType {
    name
  }
  artifactSequence {
    name
    project {
      ...ProjectNameFields
    }
  }
  membership {
    versionIndex
    aliases {
      alias
    }
    artifactCollection {
      id
      name
      project {
        ...ProjectNameFields
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}

fragment ProjectNameFields on Project {
  name
  entity {
    name
  }
}
"""

GET_ARTIFACT_LINEAGE_GQL = """
query GetArtifactLineage($id: ID!, $hops: Int!, $direction: LineageDirection!) {
  artifact(id: $id) {
    lineage(hops: $hops, direction: $direction) {
      artifacts {
        ...ArtifactFields
      }
      runs {
        ...LineageRunFields
      }
      uses {
        ...ArtifactUseFields
      }
      isCut
    }
  }
}

fragment ArtifactFields on Artifact {
  id
  state
  digest
  description
  metadata
  size
  fileCount
  historyStep
  createdAt
  updatedAt
  versionIndex
  tags {
    name
  }
  artifactType {
    name
  }
  artifactSequence {
    name
    project {
      ...ProjectNameFields
    }
  }
  membership {
    versionIndex
    aliases {
      alias
    }
    artifactCollection {
      id
      name
      project {
        ...ProjectNameFields
      }
    }
  }
}

fragment ArtifactUseFields on ArtifactUse {
  runId
  artifactId
  direction
  usedAs
  at
}

fragment LineageRunFields on Run {
  id
  name
  displayName
  state
  jobType
  project {
    ...ProjectNameFields
  }
}

fragment ProjectNameFields on Project {
  name
  entity {
    name
  }
}
"""

CREATE_PROJECT_GQL = """
mutation CreateProject($input: CreateProjectInput!) {
  createProject(input: $input) {
    project {
      ...ProjectFields
    }
  }
}

fragment ProjectFields on Project {
  id
  name
  description
  createdAt
  entity {
    name
  }
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

UPDATE_PROJECT_GQL = """
mutation UpdateProject($input: UpdateProjectInput!) {
  updateProject(input: $input) {
    project {
      ...ProjectFields
    }
  }
}

fragment ProjectFields on Project {
  id
  name
  description
  createdAt
  entity {
    name
  }
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

DELETE_PROJECT_GQL = """
mutation DeleteProject($input: DeleteProjectInput!) {
  deleteProject(input: $input) {
    success
  }
}
"""

RESTORE_PROJECT_GQL = """
mutation RestoreProject($input: RestoreProjectInput!) {
  restoreProject(input: $input) {
    project {
      ...ProjectFields
    }
  }
}

fragment ProjectFields on Project {
  id
  name
  description
  createdAt
  entity {
    name
  }
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

LIST_DELETED_PROJECTS_GQL = """
query ListDeletedProjects($entity: String, $first: Int, $after: String, $withTotal: Boolean!) {
  deletedProjects(entityName: $entity, first: $first, after: $after) {
    totalCount @include(if: $withTotal)
    edges {
      node {
        ...DeletedProjectFields
      }
    }
    pageInfo {
      ...PageFields
    }
  }
}

fragment DeletedProjectFields on DeletedProject {
  id
  name
  description
  createdAt
  deletedAt
  purgeDueAt
  purgedAt
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

LIST_DELETED_RUNS_GQL = """
query ListDeletedRuns($entity: String!, $project: String!, $first: Int, $after: String, $withTotal: Boolean!) {
  entity(name: $entity) {
    name
  }
  project(name: $project, entityName: $entity) {
    deletedRuns(first: $first, after: $after) {
      totalCount @include(if: $withTotal)
      edges {
        node {
          ...DeletedRunFields
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment DeletedRunFields on DeletedRun {
  id
  name
  displayName
  state
  deletedAt
  deletedBy {
    ...UserFields
  }
  purgeDueAt
  purgedAt
  canBeUndeleted
  withArtifacts
  freedBytes
  movedTo
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

UNDELETE_RUNS_GQL = """
mutation UndeleteRuns($input: UndeleteRunsInput!) {
  undeleteRuns(input: $input) {
    ...ManyRunsFields
  }
}

fragment ManyRunsFields on ManyRunsPayload {
  count
  names
  refused {
    name
    message
  }
  refusedCount
}
"""

MOVE_RUN_GQL = """
mutation MoveRun($input: MoveRunInput!) {
  moveRun(input: $input) {
    run {
      ...RunFields
    }
  }
}

fragment RunFields on Run {
  id
  name
  displayName
  state
  tags
  group
  jobType
  notes
  description
  config
  summaryMetrics
  systemMetrics
  sweepName
  host
  program
  commit
  repository
  exitCode
  stopRequested
  createdAt
  updatedAt
  heartbeatAt
  finishedAt
  startedAt
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

COPY_RUN_GQL = """
mutation CopyRun($input: CopyRunInput!) {
  copyRun(input: $input) {
    run {
      ...RunFields
    }
  }
}

fragment RunFields on Run {
  id
  name
  displayName
  state
  tags
  group
  jobType
  notes
  description
  config
  summaryMetrics
  systemMetrics
  sweepName
  host
  program
  commit
  repository
  exitCode
  stopRequested
  createdAt
  updatedAt
  heartbeatAt
  finishedAt
  startedAt
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

LIST_FILES_GQL = """
query ListFiles($entity: String!, $project: String!, $run: String!, $names: [String], $pattern: String, $prefix: String, $first: Int, $after: String, $withTotal: Boolean!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      files(
        names: $names
        pattern: $pattern
        prefix: $prefix
        first: $first
        after: $after
      ) {
        totalCount @include(if: $withTotal)
        edges {
          node {
            ...FileFields
          }
        }
        pageInfo {
          ...PageFields
        }
      }
    }
  }
}

fragment FileFields on File {
  id
  name
  sizeBytes
  mimetype
  md5
  digest
  updatedAt
  directUrl
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

CREATE_RUN_FILES_GQL = """
mutation CreateRunFiles($input: CreateRunFilesInput!) {
  createRunFiles(input: $input) {
    files {
      uploadUrl
      listedAs
      refusal
    }
  }
}
"""

DELETE_FILES_GQL = """
mutation DeleteFiles($input: DeleteFilesInput!) {
  deleteFiles(input: $input) {
    count
  }
}
"""

LIST_CONSOLE_LINES_GQL = """
query ListConsoleLines($entity: String!, $project: String!, $run: String!, $first: Int, $after: String, $last: Int, $before: String, $minNumber: Int, $maxNumber: Int, $search: String, $regex: String, $stripAnsi: Boolean! = false) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      consoleLines(
        first: $first
        after: $after
        last: $last
        before: $before
        minNumber: $minNumber
        maxNumber: $maxNumber
        search: $search
        regex: $regex
        stripAnsi: $stripAnsi
      ) {
        lines {
          ...ConsoleLineFields
        }
        pageInfo {
          ...PageFields
        }
        hasPreviousPage
        startCursor
      }
    }
  }
}

fragment ConsoleLineFields on ConsoleLine {
  number
  timestamp
  level
  label
  line
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

FOLLOW_CONSOLE_GQL = """
query FollowConsole($entity: String!, $project: String!, $run: String!, $first: Int, $after: String, $last: Int, $stripAnsi: Boolean! = false) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      state
      consoleChanges(first: $first, after: $after, last: $last, stripAnsi: $stripAnsi) {
        lines {
          ...ConsoleLineFields
        }
        pageInfo {
          ...PageFields
        }
      }
    }
  }
}

fragment ConsoleLineFields on ConsoleLine {
  number
  timestamp
  level
  label
  line
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

SAMPLE_HISTORY_GQL = """
query SampleHistory($entity: String!, $project: String!, $run: String!, $keys: [String!], $xAxis: String!, $samples: Int!, $stream: HistoryStream!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      historySample(keys: $keys, xAxis: $xAxis, samples: $samples, stream: $stream)
    }
  }
}
"""

SCAN_HISTORY_GQL = """
query ScanHistory($entity: String!, $project: String!, $run: String!, $keys: [String!], $minStep: Int64, $maxStep: Int64, $first: Int, $after: String, $stream: HistoryStream!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      historyRows(
        keys: $keys
        minStep: $minStep
        maxStep: $maxStep
        first: $first
        after: $after
        stream: $stream
      ) {
        rows
        pageInfo {
          ...PageFields
        }
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

LIST_METRIC_KEYS_GQL = """
query ListMetricKeys($entity: String!, $project: String!, $run: String!, $stream: HistoryStream!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      metricKeys(stream: $stream) {
        ...MetricKeyFields
      }
    }
  }
}

fragment MetricKeyFields on MetricKey {
  name
  kind
  count
  firstStep
  lastStep
  low
  high
  lastValue
}
"""

GET_METRIC_GQL = """
query GetMetric($entity: String!, $project: String!, $run: String!, $key: String!, $at: String!, $best: MetricGoal!, $withAt: Boolean!, $stream: HistoryStream!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      metric(key: $key, stream: $stream) {
        count
        min
        max
        mean
        argmin
        argmax
        last
        lastStep
        at(key: $at, best: $best) @include(if: $withAt)
      }
    }
  }
}
"""

LIST_BRANCHES_GQL = """
query ListBranches($entity: String!, $project: String!, $run: String!, $first: Int, $after: String, $withTotal: Boolean!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      branches(first: $first, after: $after) {
        totalCount @include(if: $withTotal)
        edges {
          node {
            ...RunBranchFields
          }
        }
        pageInfo {
          ...PageFields
        }
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}

fragment RunBranchFields on RunBranch {
  number
  step
  lastStep
  rowCount
  leftAt
}
"""

SAMPLE_BRANCH_GQL = """
query SampleBranch($entity: String!, $project: String!, $run: String!, $number: Int!, $keys: [String!], $xAxis: String!, $samples: Int!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      branch(number: $number) {
        historySample(keys: $keys, xAxis: $xAxis, samples: $samples)
      }
    }
  }
}
"""

SCAN_BRANCH_GQL = """
query ScanBranch($entity: String!, $project: String!, $run: String!, $number: Int!, $keys: [String!], $minStep: Int64, $maxStep: Int64, $first: Int, $after: String) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      branch(number: $number) {
        historyRows(
          keys: $keys
          minStep: $minStep
          maxStep: $maxStep
          first: $first
          after: $after
        ) {
          rows
          pageInfo {
            ...PageFields
          }
        }
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

GET_FORK_POINT_GQL = """
query GetForkPoint($entity: String!, $project: String!, $run: String!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      forkedFrom {
        runName
        step
        rowCount
        run {
          name
        }
      }
    }
  }
}
"""

LIST_FORKS_GQL = """
query ListForks($entity: String!, $project: String!, $run: String!, $first: Int, $after: String, $withTotal: Boolean!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      forks(first: $first, after: $after) {
        totalCount @include(if: $withTotal)
        edges {
          node {
            runName
            step
            rowCount
          }
        }
        pageInfo {
          ...PageFields
        }
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

REWIND_HISTORY_GQL = """
mutation RewindHistory($input: RewindHistoryInput!) {
  rewindHistory(input: $input) {
    isCut
    run {
      lastStep
      ...RunFields
    }
  }
}

fragment RunFields on Run {
  id
  name
  displayName
  state
  tags
  group
  jobType
  notes
  description
  config
  summaryMetrics
  systemMetrics
  sweepName
  host
  program
  commit
  repository
  exitCode
  stopRequested
  createdAt
  updatedAt
  heartbeatAt
  finishedAt
  startedAt
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

UPDATE_RUNS_GQL = """
mutation UpdateRuns($input: UpdateRunsInput!) {
  updateRuns(input: $input) {
    ...ManyRunsFields
  }
}

fragment ManyRunsFields on ManyRunsPayload {
  count
  names
  refused {
    name
    message
  }
  refusedCount
}
"""

DELETE_RUNS_GQL = """
mutation DeleteRuns($input: DeleteRunsInput!) {
  deleteRuns(input: $input) {
    ...ManyRunsFields
  }
}

fragment ManyRunsFields on ManyRunsPayload {
  count
  names
  refused {
    name
    message
  }
  refusedCount
}
"""

LIST_RUN_GROUPS_GQL = """
query ListRunGroups($entity: String!, $project: String!, $by: [String!]!, $metrics: [String!], $filters: JSONString, $first: Int, $after: String, $bins: Int) {
  entity(name: $entity) {
    name
  }
  project(name: $project, entityName: $entity) {
    runGroups(
      by: $by
      metrics: $metrics
      filters: $filters
      first: $first
      after: $after
      bins: $bins
    ) {
      groups {
        values
        runCount
        metrics {
          count
          mean
          std
          min
          max
          median
          bins {
            low
            high
            runCount
          }
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

LIST_GROUP_CURVES_GQL = """
query ListGroupCurves($entity: String!, $project: String!, $by: [String!]!, $key: String!, $samples: Int!, $stream: HistoryStream!, $xAxis: String!, $filters: JSONString, $first: Int, $after: String) {
  entity(name: $entity) {
    name
  }
  project(name: $project, entityName: $entity) {
    runGroups(by: $by, filters: $filters, first: $first, after: $after) {
      groups {
        values
        runCount
        history(key: $key, samples: $samples, stream: $stream, xAxis: $xAxis) {
          x
          mean
          std
          min
          max
          count
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

LIST_RUN_VALUES_GQL = """
query ListRunValues($entity: String!, $project: String!, $field: String!, $filters: JSONString, $first: Int!) {
  project(name: $project, entityName: $entity) {
    runValues(field: $field, filters: $filters, first: $first) {
      ...FieldValueFields
    }
  }
}

fragment FieldValueFields on FieldValue {
  value
  runCount
}
"""

GET_RUN_HISTOGRAM_GQL = """
query GetRunHistogram($entity: String!, $project: String!, $field: String!, $filters: JSONString, $bins: Int!) {
  project(name: $project, entityName: $entity) {
    runHistogram(field: $field, filters: $filters, bins: $bins) {
      ...HistogramBinFields
    }
  }
}

fragment HistogramBinFields on HistogramBin {
  low
  high
  runCount
}
"""

LIST_RUN_KEYS_GQL = """
query ListRunKeys($entity: String!, $project: String!, $document: RunDocument!, $search: String, $caseSensitive: Boolean!, $fuzzy: Boolean!, $regex: String, $filters: JSONString, $first: Int!) {
  project(name: $project, entityName: $entity) {
    runKeys(
      document: $document
      search: $search
      caseSensitive: $caseSensitive
      fuzzy: $fuzzy
      regex: $regex
      filters: $filters
      first: $first
    ) {
      ...DocumentKeyFields
    }
  }
}

fragment DocumentKeyFields on DocumentKey {
  key
  field
  type
  runCount
}
"""

LIST_RUN_FIELDS_GQL = """
query ListRunFields($entity: String!, $project: String!) {
  project(name: $project, entityName: $entity) {
    runFields {
      ...RunFieldFields
    }
  }
}

fragment RunFieldFields on RunField {
  name
  aliases
  type
  operators
  values
  isSortable
}
"""

LIST_MODEL_GRAPHS_GQL = """
query ListModelGraphs($entity: String!, $project: String!, $run: String!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      modelGraphs {
        key
        layerCount
        layers(first: 10000) {
          name
          type
          parameterCount
          outputShape
        }
      }
    }
  }
}
"""

GET_USER_GQL = """
query GetUser($username: String!) {
  user(username: $username) {
    ...AccountFields
  }
}

fragment AccountFields on User {
  ...UserFields
  email
  admin
  kind
  deactivatedAt
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

CREATE_USER_GQL = """
mutation CreateUser($input: CreateUserInput!) {
  createUser(input: $input) {
    user {
      ...AccountFields
    }
  }
}

fragment AccountFields on User {
  ...UserFields
  email
  admin
  kind
  deactivatedAt
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

UPDATE_USER_GQL = """
mutation UpdateUser($input: UpdateUserInput!) {
  updateUser(input: $input) {
    user {
      ...AccountFields
    }
  }
}

fragment AccountFields on User {
  ...UserFields
  email
  admin
  kind
  deactivatedAt
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

DEACTIVATE_USER_GQL = """
mutation DeactivateUser($username: String!) {
  deactivateUser(input: {username: $username}) {
    user {
      ...AccountFields
    }
  }
}

fragment AccountFields on User {
  ...UserFields
  email
  admin
  kind
  deactivatedAt
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

ACTIVATE_USER_GQL = """
mutation ActivateUser($username: String!) {
  activateUser(input: {username: $username}) {
    user {
      ...AccountFields
    }
  }
}

fragment AccountFields on User {
  ...UserFields
  email
  admin
  kind
  deactivatedAt
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

LIST_API_KEYS_GQL = """
query ListApiKeys($first: Int, $after: String, $withTotal: Boolean!) {
  viewer {
    apiKeys(first: $first, after: $after) {
      totalCount @include(if: $withTotal)
      edges {
        node {
          ...ApiKeyFields
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment ApiKeyFields on ApiKey {
  id
  name
  description
  scope
  isLimited
  project {
    name
    entity {
      name
    }
  }
  createdAt
  lastUsedAt
  expiresAt
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

LIST_API_KEYS_OF_GQL = """
query ListApiKeysOf($username: String!, $first: Int, $after: String, $withTotal: Boolean!) {
  user(username: $username) {
    apiKeys(first: $first, after: $after) {
      totalCount @include(if: $withTotal)
      edges {
        node {
          ...ApiKeyFields
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment ApiKeyFields on ApiKey {
  id
  name
  description
  scope
  isLimited
  project {
    name
    entity {
      name
    }
  }
  createdAt
  lastUsedAt
  expiresAt
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

GENERATE_API_KEY_GQL = """
mutation GenerateApiKey($input: GenerateApiKeyInput!) {
  generateApiKey(input: $input) {
    apiKey {
      ...ApiKeyFields
    }
  }
}

fragment ApiKeyFields on ApiKey {
  id
  name
  description
  scope
  isLimited
  project {
    name
    entity {
      name
    }
  }
  createdAt
  lastUsedAt
  expiresAt
}
"""

DELETE_API_KEY_GQL = """
mutation DeleteApiKey($keyId: String!) {
  deleteApiKey(input: {id: $keyId}) {
    success
  }
}
"""

RESET_API_KEYS_GQL = """
mutation ResetApiKeys($username: String) {
  resetApiKeys(input: {username: $username}) {
    apiKey {
      ...ApiKeyFields
    }
  }
}

fragment ApiKeyFields on ApiKey {
  id
  name
  description
  scope
  isLimited
  project {
    name
    entity {
      name
    }
  }
  createdAt
  lastUsedAt
  expiresAt
}
"""

GET_TEAM_GQL = """
query GetTeam($name: String!) {
  entity(name: $name) {
    ...EntityFields
    viewerMembership {
      role
    }
  }
}

fragment EntityFields on Entity {
  id
  name
  kind
  createdAt
}
"""

LIST_TEAMS_GQL = """
query ListTeams($first: Int, $after: String, $withTotal: Boolean!) {
  viewer {
    teamMemberships(first: $first, after: $after) {
      totalCount @include(if: $withTotal)
      edges {
        node {
          role
          team {
            ...EntityFields
          }
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment EntityFields on Entity {
  id
  name
  kind
  createdAt
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

LIST_TEAM_MEMBERS_GQL = """
query ListTeamMembers($name: String!, $first: Int, $after: String, $withTotal: Boolean!) {
  entity(name: $name) {
    teamMembers(first: $first, after: $after) {
      totalCount @include(if: $withTotal)
      edges {
        node {
          ...TeamMemberFields
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}

fragment TeamMemberFields on TeamMember {
  role
  createdAt
  user {
    ...UserFields
    kind
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

LIST_TEAM_INVITES_GQL = """
query ListTeamInvites($name: String!, $first: Int, $after: String, $withTotal: Boolean!) {
  entity(name: $name) {
    invites(first: $first, after: $after) {
      totalCount @include(if: $withTotal)
      edges {
        node {
          ...InviteFields
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment InviteFields on Invite {
  id
  teamName
  role
  email
  createdAt
  expiresAt
  user {
    username
  }
  invitedBy {
    username
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

LIST_INVITES_GQL = """
query ListInvites {
  viewer {
    invites {
      ...InviteFields
    }
  }
}

fragment InviteFields on Invite {
  id
  teamName
  role
  email
  createdAt
  expiresAt
  user {
    username
  }
  invitedBy {
    username
  }
}
"""

CREATE_TEAM_GQL = """
mutation CreateTeam($name: String!, $admin: String) {
  createTeam(input: {teamName: $name, teamAdminUserName: $admin}) {
    entity {
      ...EntityFields
    }
  }
}

fragment EntityFields on Entity {
  id
  name
  kind
  createdAt
}
"""

CREATE_INVITE_GQL = """
mutation CreateInvite($input: CreateInviteInput!) {
  createInvite(input: $input) {
    invite {
      ...InviteFields
    }
    token
  }
}

fragment InviteFields on Invite {
  id
  teamName
  role
  email
  createdAt
  expiresAt
  user {
    username
  }
  invitedBy {
    username
  }
}
"""

ACCEPT_INVITE_GQL = """
mutation AcceptInvite($token: String, $inviteId: ID) {
  acceptInvite(input: {token: $token, id: $inviteId}) {
    teamMember {
      role
      team {
        ...EntityFields
      }
    }
  }
}

fragment EntityFields on Entity {
  id
  name
  kind
  createdAt
}
"""

REVOKE_INVITE_GQL = """
mutation RevokeInvite($inviteId: ID!) {
  revokeInvite(input: {id: $inviteId}) {
    success
  }
}
"""

CHANGE_ROLE_GQL = """
mutation ChangeRole($team: String!, $username: String!, $role: String!) {
  changeRole(input: {entityName: $team, username: $username, role: $role}) {
    teamMember {
      ...TeamMemberFields
    }
  }
}

fragment TeamMemberFields on TeamMember {
  role
  createdAt
  user {
    ...UserFields
    kind
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

REMOVE_MEMBER_GQL = """
mutation RemoveMember($team: String!, $username: String!) {
  removeMember(input: {entityName: $team, username: $username}) {
    success
  }
}
"""

LEAVE_TEAM_GQL = """
mutation LeaveTeam($team: String!) {
  leaveTeam(input: {entityName: $team}) {
    success
  }
}
"""

CREATE_SERVICE_ACCOUNT_GQL = """
mutation CreateServiceAccount($input: CreateServiceAccountInput!) {
  createServiceAccount(input: $input) {
    user {
      ...AccountFields
    }
  }
}

fragment AccountFields on User {
  ...UserFields
  email
  admin
  kind
  deactivatedAt
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

GET_PROJECT_GQL = """
query GetProject($entity: String!, $project: String!) {
  entity(name: $entity) {
    name
  }
  project(name: $project, entityName: $entity) {
    ...ProjectFields
  }
}

fragment ProjectFields on Project {
  id
  name
  description
  createdAt
  entity {
    name
  }
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

LIST_PROJECTS_GQL = """
query ListProjects($entity: String, $first: Int, $after: String, $withTotal: Boolean!) {
  projects(entityName: $entity, first: $first, after: $after) {
    totalCount @include(if: $withTotal)
    edges {
      node {
        ...ProjectFields
      }
    }
    pageInfo {
      ...PageFields
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}

fragment ProjectFields on Project {
  id
  name
  description
  createdAt
  entity {
    name
  }
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

LIST_PROJECT_ALERTS_GQL = """
query ListProjectAlerts($entity: String!, $project: String!, $first: Int, $after: String, $withTotal: Boolean!) {
  project(name: $project, entityName: $entity) {
    alerts(first: $first, after: $after) {
      totalCount @include(if: $withTotal)
      edges {
        node {
          runName
          alert {
            ...RunAlertFields
          }
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}

fragment RunAlertFields on RunAlert {
  number
  title
  text
  severity
  at
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

GET_RUN_GQL = """
query GetRun($entity: String!, $project: String!, $run: String!) {
  entity(name: $entity) {
    name
  }
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      ...RunFields
    }
  }
}

fragment RunFields on Run {
  id
  name
  displayName
  state
  tags
  group
  jobType
  notes
  description
  config
  summaryMetrics
  systemMetrics
  sweepName
  host
  program
  commit
  repository
  exitCode
  stopRequested
  createdAt
  updatedAt
  heartbeatAt
  finishedAt
  startedAt
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

GET_RUN_OVERVIEW_GQL = """
query GetRunOverview($entity: String!, $project: String!, $run: String!) {
  entity(name: $entity) {
    name
  }
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      startedAt
      finishedAt
      duration
      trackedSeconds
      environment {
        command
        os
        pythonVersion
        pythonExecutable
        cpuCount
        logicalCpuCount
        cpuModel
        memoryBytes
        gpuType
        gpuCount
        gitRemote
        gitCommit
        sdkVersion
      }
    }
  }
}
"""

LIST_RUNS_GQL = """
query ListRuns($entity: String!, $project: String!, $filters: JSONString, $order: String, $first: Int, $after: String, $withTotal: Boolean!, $withMissing: Boolean!) {
  entity(name: $entity) {
    name
  }
  project(name: $project, entityName: $entity) {
    runs(filters: $filters, order: $order, first: $first, after: $after) {
      totalCount @include(if: $withTotal)
      missingOrderKeys @include(if: $withMissing)
      edges {
        node {
          ...RunFields
        }
      }
      pageInfo {
        ...PageFields
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}

fragment RunFields on Run {
  id
  name
  displayName
  state
  tags
  group
  jobType
  notes
  description
  config
  summaryMetrics
  systemMetrics
  sweepName
  host
  program
  commit
  repository
  exitCode
  stopRequested
  createdAt
  updatedAt
  heartbeatAt
  finishedAt
  startedAt
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

LIST_STATE_CHANGES_GQL = """
query ListStateChanges($entity: String!, $project: String!, $run: String!, $first: Int, $after: String, $withTotal: Boolean!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      stateChanges(first: $first, after: $after) {
        totalCount @include(if: $withTotal)
        edges {
          node {
            ...RunStateChangeFields
          }
        }
        pageInfo {
          ...PageFields
        }
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}

fragment RunStateChangeFields on RunStateChange {
  state
  previousState
  cause
  reason
  at
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

LIST_ALERTS_GQL = """
query ListAlerts($entity: String!, $project: String!, $run: String!, $first: Int, $after: String, $withTotal: Boolean!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      alerts(first: $first, after: $after) {
        totalCount @include(if: $withTotal)
        edges {
          node {
            ...RunAlertFields
          }
        }
        pageInfo {
          ...PageFields
        }
      }
    }
  }
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}

fragment RunAlertFields on RunAlert {
  number
  title
  text
  severity
  at
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

RAISE_ALERT_GQL = """
mutation RaiseAlert($input: RaiseAlertInput!) {
  raiseAlert(input: $input) {
    alert {
      ...RunAlertFields
    }
  }
}

fragment RunAlertFields on RunAlert {
  number
  title
  text
  severity
  at
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

UPDATE_RUN_GQL = """
mutation UpdateRun($input: UpdateRunInput!) {
  updateRun(input: $input) {
    run {
      ...RunFields
    }
  }
}

fragment RunFields on Run {
  id
  name
  displayName
  state
  tags
  group
  jobType
  notes
  description
  config
  summaryMetrics
  systemMetrics
  sweepName
  host
  program
  commit
  repository
  exitCode
  stopRequested
  createdAt
  updatedAt
  heartbeatAt
  finishedAt
  startedAt
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

STOP_RUN_GQL = """
mutation StopRun($input: StopRunInput!) {
  stopRun(input: $input) {
    isAsked
    run {
      ...RunFields
    }
  }
}

fragment RunFields on Run {
  id
  name
  displayName
  state
  tags
  group
  jobType
  notes
  description
  config
  summaryMetrics
  systemMetrics
  sweepName
  host
  program
  commit
  repository
  exitCode
  stopRequested
  createdAt
  updatedAt
  heartbeatAt
  finishedAt
  startedAt
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

UPDATE_RUN_STATE_GQL = """
mutation UpdateRunState($input: UpdateRunStateInput!) {
  updateRunState(input: $input) {
    run {
      ...RunFields
    }
  }
}

fragment RunFields on Run {
  id
  name
  displayName
  state
  tags
  group
  jobType
  notes
  description
  config
  summaryMetrics
  systemMetrics
  sweepName
  host
  program
  commit
  repository
  exitCode
  stopRequested
  createdAt
  updatedAt
  heartbeatAt
  finishedAt
  startedAt
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

GET_VIEWER_GQL = """
query GetViewer {
  viewer {
    ...UserFields
    email
    admin
    defaultEntity {
      ...EntityFields
    }
  }
}

fragment EntityFields on Entity {
  id
  name
  kind
  createdAt
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

CREATE_RUN_GQL = """
mutation CreateRun($input: CreateRunInput!) {
  createRun(input: $input) {
    inserted
    run {
      ...RunFields
      lastStep
    }
  }
}

fragment RunFields on Run {
  id
  name
  displayName
  state
  tags
  group
  jobType
  notes
  description
  config
  summaryMetrics
  systemMetrics
  sweepName
  host
  program
  commit
  repository
  exitCode
  stopRequested
  createdAt
  updatedAt
  heartbeatAt
  finishedAt
  startedAt
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

APPEND_HISTORY_GQL = """
mutation AppendHistory($input: AppendHistoryInput!, $withRun: Boolean! = false) {
  appendHistory(input: $input) {
    run @include(if: $withRun) {
      ...RunFields
    }
    rejected {
      line
      key
      message
    }
    rejectedCount
    summaryRejected {
      key
      message
    }
    stopRequested
  }
}

fragment RunFields on Run {
  id
  name
  displayName
  state
  tags
  group
  jobType
  notes
  description
  config
  summaryMetrics
  systemMetrics
  sweepName
  host
  program
  commit
  repository
  exitCode
  stopRequested
  createdAt
  updatedAt
  heartbeatAt
  finishedAt
  startedAt
  user {
    ...UserFields
  }
}

fragment UserFields on User {
  id
  username
  name
  createdAt
}
"""

GET_HISTORY_COUNTS_GQL = """
query GetHistoryCounts($entity: String!, $project: String!, $run: String!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      lastStep
      rejectedLineCount
    }
  }
}
"""
