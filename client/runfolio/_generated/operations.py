__all__ = [
    "GET_PROJECT_GQL",
    "GET_RUN_GQL",
    "GET_VIEWER_GQL",
    "LIST_CONSOLE_LINES_GQL",
    "LIST_FILES_GQL",
    "LIST_METRIC_KEYS_GQL",
    "LIST_PROJECTS_GQL",
    "LIST_RUNS_GQL",
    "SAMPLE_HISTORY_GQL",
    "SCAN_HISTORY_GQL",
    "STOP_RUN_GQL",
    "UPDATE_RUN_GQL",
]

LIST_FILES_GQL = """
query ListFiles($entity: String!, $project: String!, $run: String!, $names: [String], $pattern: String, $first: Int, $after: String, $withTotal: Boolean!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      files(names: $names, pattern: $pattern, first: $first, after: $after) {
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
  updatedAt
  directUrl
}

fragment PageFields on PageInfo {
  hasNextPage
  endCursor
}
"""

LIST_CONSOLE_LINES_GQL = """
query ListConsoleLines($entity: String!, $project: String!, $run: String!, $first: Int, $after: String) {
  project(name: $project, entityName: $entity) {
    run(name: $run) {
      consoleLines(first: $first, after: $after) {
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

LIST_RUNS_GQL = """
query ListRuns($entity: String!, $project: String!, $first: Int, $after: String, $withTotal: Boolean!) {
  entity(name: $entity) {
    name
  }
  project(name: $project, entityName: $entity) {
    runs(first: $first, after: $after) {
      totalCount @include(if: $withTotal)
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
    success
  }
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
