/** The plugin earlytalker. */
@NullMarked
package org.qpsmtpd.plugin.earlytalker;

import org.jspecify.annotations.NullMarked;
