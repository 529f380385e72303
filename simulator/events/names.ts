/** Every event that the server has a definition of, in its order. Any other name is refused. */
export const EVENT_NAMES: readonly string[] = `
  account.user.login_failed application.api-key.create application.api-key.delete application.api-key.update
  application.collaborator.delete application.collaborator.update application.create application.delete
  application.issue_dev_eui application.purge application.restore application.update as.application.subscribe
  as.application.unsubscribe as.down.data.ack.forward as.down.data.decode.fail as.down.data.decode.warning
  as.down.data.drop as.down.data.encode.fail as.down.data.encode.warning as.down.data.failed.forward
  as.down.data.forward as.down.data.nack.forward as.down.data.queue.invalidated.forward as.down.data.receive
  as.down.data.sent.forward as.end_device.batch.delete as.end_device.create as.end_device.delete
  as.end_device.update as.mqtt.connect.fail as.packages.alcsync.v1.fail
  as.packages.alcsync.v1.time_correction.answer_enqueued as.packages.alcsync.v1.time_correction.cmd_received
  as.packages.loraclouddmsv1.fail as.packages.loracloudglsv3.fail as.pubsub.delete as.pubsub.fail as.pubsub.set
  as.pubsub.start as.pubsub.stop as.up.data.decode.fail as.up.data.decode.warning as.up.data.drop as.up.data.forward
  as.up.data.normalize.warning as.up.data.receive as.up.join.drop as.up.join.forward as.up.join.receive
  as.up.location.forward as.up.normalized.forward as.up.service.forward as.webhook.fail client.collaborator.delete
  client.collaborator.update client.create client.delete client.purge client.restore client.update
  end_device.batch.delete end_device.create end_device.delete end_device.update gateway.api-key.create
  gateway.api-key.delete gateway.api-key.update gateway.batch.delete gateway.collaborator.delete
  gateway.collaborator.update gateway.create gateway.delete gateway.purge gateway.restore gateway.update
  gcs.managed.cellular.down gcs.managed.cellular.up gcs.managed.controller.down gcs.managed.controller.up
  gcs.managed.ethernet.down gcs.managed.ethernet.up gcs.managed.gs.down gcs.managed.gs.up
  gcs.managed.location.update gcs.managed.system_status.receive gcs.managed.update gcs.managed.wifi.down
  gcs.managed.wifi.fail gcs.managed.wifi.up gs.down.schedule.attempt gs.down.schedule.fail gs.down.send
  gs.down.tx.fail gs.down.tx.success gs.gateway.connect gs.gateway.connection.stats gs.gateway.disconnect
  gs.io.status.drop gs.io.tx.ack.drop gs.io.up.drop gs.io.up.repeat gs.status.drop gs.status.receive gs.txack.drop
  gs.txack.forward gs.txack.receive gs.up.drop gs.up.forward gs.up.receive invitation.create
  js.end_device.batch.delete js.end_device.create js.end_device.delete js.end_device.update js.join.accept
  js.join.reject ns.class.switch.a ns.class.switch.b ns.class.switch.c ns.down.data.schedule.attempt
  ns.down.data.schedule.fail ns.down.data.schedule.success ns.down.join.schedule.attempt ns.down.join.schedule.fail
  ns.down.join.schedule.success ns.down.rx.parameters.fail ns.down.transmission.fail ns.down.transmission.success
  ns.end_device.batch.delete ns.end_device.create ns.end_device.delete ns.end_device.update
  ns.mac.adr_param_setup.answer ns.mac.adr_param_setup.request ns.mac.beacon_freq.answer.accept
  ns.mac.beacon_freq.answer.reject ns.mac.beacon_freq.request ns.mac.command.parse.fail ns.mac.command.process.fail
  ns.mac.command.unanswered ns.mac.command.unknown ns.mac.dev_status.answer ns.mac.dev_status.request
  ns.mac.device_mode.confirmation ns.mac.device_mode.indication ns.mac.device_time.answer ns.mac.device_time.request
  ns.mac.dl_channel.answer.accept ns.mac.dl_channel.answer.reject ns.mac.dl_channel.request ns.mac.duty_cycle.answer
  ns.mac.duty_cycle.request ns.mac.force_rejoin.request ns.mac.link_adr.answer.accept ns.mac.link_adr.answer.reject
  ns.mac.link_adr.request ns.mac.link_check.answer ns.mac.link_check.request ns.mac.new_channel.answer.accept
  ns.mac.new_channel.answer.reject ns.mac.new_channel.request ns.mac.ping_slot_channel.answer.accept
  ns.mac.ping_slot_channel.answer.reject ns.mac.ping_slot_channel.request ns.mac.ping_slot_info.answer
  ns.mac.ping_slot_info.request ns.mac.proprietary.receive ns.mac.rejoin_param_setup.answer
  ns.mac.rejoin_param_setup.request ns.mac.rekey.confirmation ns.mac.rekey.indication
  ns.mac.relay_conf.answer.accept ns.mac.relay_conf.answer.reject ns.mac.relay_conf.request
  ns.mac.relay_configure_fwd_limit.answer ns.mac.relay_configure_fwd_limit.request
  ns.mac.relay_ctrl_uplink_list.answer.accept ns.mac.relay_ctrl_uplink_list.answer.reject
  ns.mac.relay_ctrl_uplink_list.request ns.mac.relay_end_device_conf.answer.accept
  ns.mac.relay_end_device_conf.answer.reject ns.mac.relay_end_device_conf.request
  ns.mac.relay_notify_new_end_device.indication ns.mac.relay_update_uplink_list.answer
  ns.mac.relay_update_uplink_list.request ns.mac.reset.confirmation ns.mac.reset.indication
  ns.mac.rx_param_setup.answer.accept ns.mac.rx_param_setup.answer.reject ns.mac.rx_param_setup.request
  ns.mac.rx_timing_setup.answer ns.mac.rx_timing_setup.request ns.mac.tx_param_setup.answer
  ns.mac.tx_param_setup.request ns.up.data.drop ns.up.data.forward ns.up.data.process ns.up.data.receive
  ns.up.join.accept.forward ns.up.join.cluster.attempt ns.up.join.cluster.fail ns.up.join.cluster.success
  ns.up.join.drop ns.up.join.interop.attempt ns.up.join.interop.fail ns.up.join.interop.success ns.up.join.process
  ns.up.join.receive ns.up.relay.drop ns.up.relay.process oauth.authorize oauth.session.terminated
  oauth.token.deleted oauth.token.exchange oauth.user.login oauth.user.logout organization.api-key.create
  organization.api-key.delete organization.api-key.update organization.collaborator.delete
  organization.collaborator.update organization.create organization.delete organization.purge organization.restore
  organization.update user.api-key.create user.api-key.delete user.api-key.update user.create user.delete
  user.notification.create user.notification.update_status user.purge user.restore user.update
  user.update.incorrect_password
`
  .trim()
  .split(/\s+/);
